"""Plugs the window together: application, look, language, loop, session, pages.

The window is shown before services are imported: they come on the loop's thread after the first
paint. Nothing is read, changed or called before the admin presses something, but the program's own
state folder (DESIGN section 4, promise 1).
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from feishu_wizard.text.catalog import _
from feishu_wizard.ui import icons, interrupts, language, qt_log, theme
from feishu_wizard.ui.bridge import AsyncRunner
from feishu_wizard.ui.shell import Shell
from feishu_wizard.ui.widgets.page import Page
from feishu_wizard.wizard.session import Session
from feishu_wizard.wizard.steps import Step, View

if TYPE_CHECKING:
    from feishu_wizard.operations.context import Workplace
    from feishu_wizard.ui.instance import Doorbell

STOP_SECONDS = 5.0
_FIRST_PAINT_SECONDS = 2.0


# No dataclasses here: each takes 1.5 ms to make before the first paint, a named tuple a sixth.
class TourOptions(NamedTuple):
    """Walk through every step and photograph it, without a display.

    ``out``: the folder for the pictures. ``scale``: of the whole window, 1.0 is 100 %.
    ``drill``: the fault of the sandbox whose finding has to be shown, "" for none.
    """

    out: str | Path
    scale: float = 1.0
    drill: str = ""


class Options(NamedTuple):
    """How this run differs from the usual one.

    ``lang``: ``en``, ``zh_Hans`` or None for the system's. ``setup``: a setup file to open.
    ``state_root``: another place than the user's folders; the keyring is then left alone.
    ``practice``: the ready line of a sandbox to point the window at. ``palette``: ``system``,
    ``light``, ``dark`` or ``contrast``. ``tour``: walk by itself through a sandbox.
    """

    lang: str | None = None
    setup: str | Path | None = None
    state_root: str | Path | None = None
    practice: Mapping[str, Any] | None = None
    palette: str = theme.Choice.SYSTEM.value
    tour: TourOptions | None = None


class Window:
    """A window and what stands behind it."""

    def __init__(
        self, app: QApplication, runner: AsyncRunner, session: Session, shell: Shell
    ) -> None:
        self.app, self.runner, self.session, self.shell = app, runner, session, shell
        self._begun = False

    def begin(self, options: Options) -> None:
        """What may only happen after the first paint; done once."""
        if not self._begun:
            self._begun = True
            self.shell.setWindowIcon(icons.app_icon())  # six pictures
            gc.freeze()  # what was loaded so far stays: later collections need not look at it
            gc.enable()
            self.session.keeping.holding.bell = _Bell(self.shell)
            self.session.keeping.begin(str(options.setup or ""))

    def close(self) -> bool:
        """End the background work; False when some did not end in time."""
        return self.runner.stop(STOP_SECONDS)


def run(options: Options) -> int:
    """Show the window until it is closed; return the exit code."""
    qt_log.install()
    window = open_window(options)
    if options.tour is not None:
        _start_tour(window, options.tour, options.practice or {})
    with interrupts.handled(window.app, window.shell.leave) as signals:
        code = window.app.exec()
    window.close()
    return interrupts.INTERRUPTED if signals else code


def open_window(options: Options) -> Window:
    """Make the application and show the window; returns before the first paint."""
    gc.disable()  # until the first paint; collections while loading cost a tenth of it
    app = _application(options.tour)
    theme.apply(app, options.palette)
    lang = language.use(app, options.lang or "system")
    runner = AsyncRunner()
    session = Session(runner, _Opener(options, runner).workplace, lang)
    if options.practice is not None:
        _practise(session, options.practice, typed=options.tour is not None)
    shell = Shell(
        session,
        lambda view: make_page(session, view),
        before_close=session.keeping.now,
        finished=lambda: session.finished or session.keeping.holding.elsewhere,
        on_language=lambda code: setattr(session, "lang", code),
    )
    window = Window(app, runner, session, shell)
    if options.practice is not None:
        shell.sidebar.set_note(
            lambda: _("Practice: everything happens in a sandbox on this computer.")
        )
    _AfterFirstPaint(shell, lambda: window.begin(options))
    shell.show()
    return window


def make_page(session: Session, view: View) -> Page:
    """Build the page of a step, or of what is shown instead; its module is imported only now."""
    module = import_module(f"feishu_wizard.ui.pages.{view.value}")
    page: Page = getattr(module, f"{view.value.title()}Page")(session)
    return page


def _application(tour: TourOptions | None) -> QApplication:
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    arguments = [*sys.argv[:1], *theme.arguments()]
    if tour is not None:
        arguments += ["-platform", "offscreen"]
        os.environ["QT_SCALE_FACTOR"] = str(tour.scale)  # Qt has no other way to set it
    app = QApplication(arguments)
    app.setApplicationName("feishu-wizard")
    return app


def _start_tour(window: Window, tour: TourOptions, practice: Mapping[str, Any]) -> None:
    from feishu_wizard.ui.tour import Tour

    out, drill = Path(tour.out), tour.drill
    Tour(window.shell, window.session, dict(practice), out, drill, window.app.exit).start()


def _practise(session: Session, practice: Mapping[str, Any], *, typed: bool) -> None:
    """Point the answers at a sandbox; unless they will be ``typed``, fill in its credentials."""
    from dataclasses import replace

    from feishu_wizard.domain.edition import Edition
    from feishu_wizard.domain.names import APP_SECRET
    from feishu_wizard.domain.secret import Secret
    from feishu_wizard.wizard.answers import Answers

    answers = Answers(
        edition=Edition.PRIVATE,
        open_url=str(practice["feishu"]),
        accounts_url=str(practice["accounts"]),
    )
    if not typed:
        answers = replace(
            answers,
            can_text=str(practice["can"]),
            app_id_text=str(practice["app_id"]),
            secrets=((APP_SECRET, Secret(str(practice["app_secret"]))),),
        )
    session.restore(answers, Step.PREREQUISITES)


class _Opener:
    """Builds the workplace once, on the loop's thread, and closes it there."""

    def __init__(self, options: Options, runner: AsyncRunner) -> None:
        self._options, self._runner = options, runner
        self._place: Workplace | None = None

    async def workplace(self) -> Workplace:
        """Return the workplace of this run; the services are imported here."""
        if self._place is None:
            from feishu_wizard.operations.context import Program, Workplace

            root = self._options.state_root
            program = Program(Path(root) if root else None, use_keyring=root is None)
            self._place = Workplace(program, _system_proxy())
            self._runner.on_stop(self._place.close)
        return self._place


class _Bell:
    """Calls between windows; Qt's network is loaded with the first setup that is taken."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def answer(self, address: str) -> None:
        """Be called there; "" no more."""
        self._made.answer(address)

    def ring(self, address: str, heard: Callable[[bool], None]) -> None:
        """Call the window that answers there."""
        self._made.ring(address, heard)

    @cached_property
    def _made(self) -> Doorbell:
        from feishu_wizard.ui.instance import Doorbell

        return Doorbell(self._shell)


def _system_proxy() -> Any:
    """The system's proxy where only Qt can ask for it; elsewhere the environment tells."""
    if sys.platform not in ("win32", "darwin"):
        return None
    from feishu_wizard.ui.system_proxy import QtSystemProxy

    return QtSystemProxy()


class _AfterFirstPaint(QObject):
    """Calls once the window was painted (or could have been: it may start minimised)."""

    def __init__(self, shell: Shell, call: Callable[[], None]) -> None:
        super().__init__(shell)
        self._shell, self._call = shell, call
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._due)
        self._timer.start(round(_FIRST_PAINT_SECONDS * 1000))
        shell.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for the first paint; the call comes after it, never in it."""
        if event.type() is QEvent.Type.Paint:
            self._timer.start(0)
        return False

    def _due(self) -> None:
        self._shell.removeEventFilter(self)
        self._call()
