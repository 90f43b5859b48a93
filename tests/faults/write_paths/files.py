"""The files that the program writes as a whole."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import msgspec

from feishu_wizard.domain.secret import Secret
from feishu_wizard.domain.setup import Feishu, Office, Setup
from feishu_wizard.domain.sitting import Sitting
from feishu_wizard.operations import export_report, save_handoff, save_text
from feishu_wizard.services.storage.csv_out import write_table
from feishu_wizard.services.storage.drafts import Drafts
from feishu_wizard.services.storage.paths import Paths
from feishu_wizard.services.storage.profiles import ProfileShelf, digest_of
from feishu_wizard.services.storage.secrets import Place, SecretStore
from feishu_wizard.services.storage.setup_file import read_setup, write_setup
from tests.faults.write_paths.path import (
    CANARY,
    NEW,
    OLD,
    SETUP_ID,
    WritePath,
    either,
    nothing,
    settled,
)
from tests.unit.report.handed import handed
from tests.unit.report.made import plain

BEFORE = Setup(
    id=SETUP_ID,
    feishu=Feishu(app_id="cli_a8c029e757e6500b", app_secret="keyring:app_secret"),
    office=Office(url="https://can.example.com", inputs={"tenant_id": "1"}),
)
AFTER = msgspec.structs.replace(
    BEFORE, office=Office(url="https://can.example.org", inputs={"tenant_id": "2"})
)
PLAIN = msgspec.structs.replace(
    AFTER, feishu=msgspec.structs.replace(AFTER.feishu, app_secret=f"plain:{CANARY}")
)
COMMENT = "# who changes this, tells Li Na\n"


def paths(root: Path) -> Paths:
    """The program's own folders."""
    return Paths.under(root)


def old_setup(root: Path, mode: int = 0o600) -> None:
    write_setup(root / "setup.toml", BEFORE)
    text = (root / "setup.toml").read_text(encoding="utf-8")
    (root / "setup.toml").write_text(COMMENT + text, encoding="utf-8")
    (root / "setup.toml").chmod(mode)


def save_setup(root: Path, setup: Setup) -> None:
    write_setup(root / "setup.toml", setup)


def look_setup(root: Path, after: Setup, before: Setup | None = BEFORE) -> str:
    path = root / "setup.toml"
    if not path.exists():
        return OLD if before is None else "the setup file is gone"
    if before is not None and not path.read_text(encoding="utf-8").startswith(COMMENT):
        return "the comment is gone"
    held = after is PLAIN and path.stat().st_mode & 0o077 and CANARY in path.read_text()
    if held:
        return "others can read the secret"
    found = read_setup(path)
    return NEW if found == after else OLD if found == before else "another setup"


def put_secret(root: Path, value: str) -> None:
    store = SecretStore(root=paths(root).state, use_keyring=False)
    settled(store.put(SETUP_ID, "app_secret", Secret(value), Place.FILE))


def drop_secret(root: Path) -> None:
    store = SecretStore(root=paths(root).state, use_keyring=False)
    settled(store.delete(SETUP_ID, "app_secret"))


def look_secret(root: Path, old: bytes | None, new: bytes | None) -> str:
    return either(root / "state" / SETUP_ID / "app_secret.secret", old, new)


def sitting(step: str) -> Sitting:
    return Sitting(
        setup=PLAIN,
        step=step,
        refs={"app_secret": f"plain:{CANARY}"},
        updated_at="2026-11-22T09:30:00Z",
    )


def keep_draft(root: Path, step: str) -> None:
    Drafts(paths(root)).save(sitting(step))


def drop_draft(root: Path) -> None:
    Drafts(paths(root)).delete(SETUP_ID)


def look_draft(root: Path, old: str | None, new: str | None) -> str:
    draft = Drafts(paths(root)).load(SETUP_ID)
    return {old: OLD, new: NEW}.get(draft.step if draft else None, "another draft")


WAS = b"what was here before"


def was(root: Path, name: str) -> None:
    (root / name).write_bytes(WAS)


def exported(root: Path, name: str) -> str:
    """Whether a file that cannot be foretold is whole: its end tells."""
    path = root / name
    content = path.read_bytes() if path.exists() else WAS
    ends = {".html": b"</html>", ".json": b"}\n", ".md": b"\n", ".csv": b'"1999"\r\n'}
    if content == WAS:
        return OLD
    whole = content.endswith(ends[path.suffix]) and len(content) > 1000
    return NEW if whole else f"{name} is torn: {content[-80:]!r}"


def export(root: Path, name: str) -> None:
    place = SimpleNamespace(paths=paths(root))
    diagnosis = plain(people=("li.na",))
    export_report._write_diagnosis(place, diagnosis, str(root / name), name.rpartition(".")[2])


def table(root: Path, name: str) -> None:
    rows = (["account", str(number)] for number in range(2000))
    write_table(root / name, rows, bom=True)


def hand_off(root: Path, name: str) -> None:
    save_handoff._write(handed(), str(root / name))


def text(root: Path) -> None:
    save_text._write("a sheet for the network\n" * 60, str(root / "sheet.md"))


FIRST, SECOND = b"id: mine\nname: one\n", b"id: mine\nname: two\n"


def put_profile(root: Path, data: bytes) -> None:
    ProfileShelf(paths(root)).put("mine", data, trusted=True)


def trust_profile(root: Path) -> None:
    ProfileShelf(paths(root)).trust("mine", digest_of(FIRST))


def remove_profile(root: Path) -> None:
    shelf = ProfileShelf(paths(root))
    if shelf.get("mine") is not None:
        shelf.remove("mine")


def untrusted(root: Path) -> None:
    ProfileShelf(paths(root)).put("mine", FIRST, trusted=False)


def look_profile(root: Path, old: bytes | None, new: bytes | None) -> str:
    shelf = ProfileShelf(paths(root))
    remark = shelf.remarks().get("mine")
    given = {"", *(digest_of(one) for one in (old, new) if one)}
    if remark is not None and remark.trusted not in given:
        return "bytes are trusted that nobody gave"
    held = shelf.get("mine")
    return {old: OLD, new: NEW}.get(held.data if held else None, "another profile")


def look_trust(root: Path) -> str:
    remark = ProfileShelf(paths(root)).remarks().get("mine")
    return {"": OLD, digest_of(FIRST): NEW}.get(remark.trusted if remark else "", "another trust")


def whole(name: str, write: Callable[[Path], None]) -> WritePath:
    """A file of the user's own that takes the place of another one."""
    before, look = partial(was, name=name), partial(exported, name=name)
    return WritePath(name.replace(".", "_"), before, write, look, (name, *KEYS))


KEYS = ("state/people/*", "state/people", "state")  # who is who in a report
TOML, SECRET, DRAFT = (
    ("setup.toml",),
    ("state/*/*.secret", "state/*", "state"),
    ("state/drafts/*", "state/drafts", "state"),
)
SHELF = ("config/profiles/*", "config/*", "config")
FILES = (
    WritePath(
        "setup_new",
        nothing,
        partial(save_setup, setup=PLAIN),
        partial(look_setup, after=PLAIN, before=None),
        TOML,
        holds=TOML,
    ),
    WritePath(
        "setup_existing",
        old_setup,
        partial(save_setup, setup=AFTER),
        partial(look_setup, after=AFTER),
        TOML,
    ),
    WritePath(
        "setup_plain",
        partial(old_setup, mode=0o644),
        partial(save_setup, setup=PLAIN),
        partial(look_setup, after=PLAIN),
        TOML,
        holds=TOML,
    ),
    WritePath(
        "secret_new",
        nothing,
        partial(put_secret, value=CANARY),
        partial(look_secret, old=None, new=f"{CANARY}\n".encode()),
        SECRET,
        holds=SECRET,
    ),
    WritePath(
        "secret_existing",
        partial(put_secret, value="the one before"),
        partial(put_secret, value=CANARY),
        partial(look_secret, old=b"the one before\n", new=f"{CANARY}\n".encode()),
        SECRET,
        holds=SECRET,
    ),
    WritePath(
        "secret_gone",
        partial(put_secret, value="the one before"),
        drop_secret,
        partial(look_secret, old=b"the one before\n", new=None),
        SECRET,
    ),
    WritePath(
        "draft_new",
        nothing,
        partial(keep_draft, step="save"),
        partial(look_draft, old=None, new="save"),
        DRAFT,
    ),
    WritePath(
        "draft_existing",
        partial(keep_draft, step="credentials"),
        partial(keep_draft, step="save"),
        partial(look_draft, old="credentials", new="save"),
        DRAFT,
    ),
    WritePath(
        "draft_gone",
        partial(keep_draft, step="save"),
        drop_draft,
        partial(look_draft, old="save", new=None),
        DRAFT,
    ),
    *(
        whole(f"report.{kind}", partial(export, name=f"report.{kind}"))
        for kind in ("html", "md", "json")
    ),
    whole("people.csv", partial(table, name="people.csv")),
    whole("errand.html", partial(hand_off, name="errand.html")),
    whole("errand.md", partial(hand_off, name="errand.md")),
    whole("sheet.md", text),
    WritePath(
        "profile_new",
        nothing,
        partial(put_profile, data=SECOND),
        partial(look_profile, old=None, new=SECOND),
        SHELF,
        lasting=True,
    ),
    WritePath(
        "profile_existing",
        partial(put_profile, data=FIRST),
        partial(put_profile, data=SECOND),
        partial(look_profile, old=FIRST, new=SECOND),
        SHELF,
        lasting=True,
    ),
    WritePath("profile_trust", untrusted, trust_profile, look_trust, SHELF),
    WritePath(
        "profile_gone",
        partial(put_profile, data=FIRST),
        remove_profile,
        partial(look_profile, old=FIRST, new=None),
        SHELF,
        lasting=True,
    ),
)
