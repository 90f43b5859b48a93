"""The one loader of packaged files."""

from __future__ import annotations

from pathlib import Path

import pytest

from feishu_wizard import resources
from feishu_wizard.resources import (
    ResourceMissingError,
    resource_bytes,
    resource_path,
    resource_text,
)


def test_a_checkout_reads_the_folder_beside_the_package() -> None:
    icon = resource_path("icons/app.svg")
    assert icon == Path(resources.__file__).parents[1] / "resources" / "icons" / "app.svg"
    assert resource_text("icons/app.svg").startswith("<svg ")
    assert resource_bytes("icons/app.svg") == icon.read_bytes()


def test_folders_are_found_for_gettext_and_qt() -> None:
    assert resource_path("icons").is_dir()


def test_the_wheels_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel, checkout = tmp_path / "_resources", tmp_path / "resources"
    for root, text in ((wheel, "wheel"), (checkout, "checkout")):
        root.mkdir()
        (root / "both.txt").write_text(text, encoding="utf-8")
    (checkout / "only.txt").write_text("汉字", encoding="utf-8")
    monkeypatch.setattr(resources, "_ROOTS", (wheel, checkout))
    assert resource_text("both.txt") == "wheel"
    assert resource_text("only.txt") == "汉字"


def test_a_missing_file_is_named_with_the_places_tried() -> None:
    with pytest.raises(ResourceMissingError, match=r"icons/nothing\.svg") as caught:
        resource_bytes("icons/nothing.svg")
    assert "_resources" in str(caught.value)
    assert caught.value.path == "icons/nothing.svg"


@pytest.mark.parametrize("path", ["../pyproject.toml", "icons/../../pyproject.toml", "/etc/hosts"])
def test_no_path_leaves_the_resources(path: str) -> None:
    with pytest.raises(ValueError, match="inside the resources"):
        resource_path(path)
