"""The robot: a private desktop and a pair of eyes and hands for tests of a real window.

    from tests.e2e.robot import App, Desk, RobotError, scan_for

    with Desk(keyring=True) as desk, App(desk, [sys.executable, "-m", "feishu_wizard"]) as app:
        app.set_text("credentials.app_id", "cli_a8c029e757e6500b")
        app.press("next")
        app.wait_for("permissions.recheck", "enabled")

In tests the fixtures ``desk`` (without a keyring), ``keyring_desk`` and ``start`` (a function:
``start(desk, *arguments, cwd=, env=, name=)``, ends its programs itself) of ``tests/e2e/conftest``
do this; when a test fails they write what was on the screen, the tree and the logs to
``build/e2e/<test>``.

Desk(keyring=False, screen=(1280, 900)) - Xvfb, openbox, session bus, accessibility bus, keyring
    .root .home .logs            folders; .folders() -> all that a program can have written to
    .environment(**more)         for a program on this desk;  .run(*arguments, cwd, text) -> result
    .opened_urls()               what went to the web browser (none is started)
    .clipboard()                 its text;  .stored_secrets() -> [StoredSecret] of the keyring
App(desk, arguments, cwd=None, env=None, name="app", window_timeout=30)
    .pid .stdout .stderr         .close() Alt+F4, .terminate() SIGTERM -> exit code, .kill()
                                 .wait_ended() -> exit code
    .start()                     again, after an end (a second sitting)
    see   .find(id) .look(id) .exists(id) .find_all(role=, name=) .identifiers() .windows()
          .text(id) .name(id) .description(id) .states(id) .value(id) .children(id) .items(id)
          .selected(id) .focused() .dump() .screenshot(path) .announcements()
    act   .press(id) .toggle(id, on) .set_text(id, text) .put_text(id, text) .select(id, item)
          .focus(id) .key("Return") .type_text("ascii") .click(id) .press_element(element)
    wait  .wait_for(id, "enabled !busy" | function, timeout) .wait_text(id, text|pattern|function)
          .wait_gone(id) .wait_look(words, function) .wait_announcement(part) .wait_active()
    leak  .arguments() .environ() .processes_showing(secret);  scan_for(secret, folders, allow=[])

Every wait looks at facts until a deadline, ends at once when the program has ended, and its
failure (RobotError, an AssertionError) holds the dump of the tree. ROBOT_PATIENCE=3 multiplies
all deadlines. An ``id`` is an accessible identifier, or an object name where none was set.
``set_text`` fires ``textChanged`` only, as assistive technology does; ``type_text`` is real typing.
"""

from .app import App
from .atspi import Element
from .desk import Desk, StoredSecret
from .processes import process_arguments, process_environ
from .scan import encodings, scan_for, scan_processes
from .waiting import Deadline, RobotError, wait_until

__all__ = [
    "App",
    "Deadline",
    "Desk",
    "Element",
    "RobotError",
    "StoredSecret",
    "encodings",
    "process_arguments",
    "process_environ",
    "scan_for",
    "scan_processes",
    "wait_until",
]
