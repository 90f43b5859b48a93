"""A session for tests of the window: it records what the window asks of it and obeys the test."""

from __future__ import annotations

import time

from PySide6.QtWidgets import QWidget

from feishu_wizard.ui.widgets.card import Card
from feishu_wizard.ui.widgets.field import Field
from feishu_wizard.ui.widgets.page import Page
from feishu_wizard.ui.widgets.secret_field import SecretField
from feishu_wizard.wizard.steps import ORDER, Aside, Busy, Step, StepRow, StepState, Verb


class FakeSession:
    """Holds what the window shows; ``calls`` lists what the window did."""

    def __init__(self, step=Step.CREDENTIALS):
        self.step = step
        self.aside = None
        self.busy = None
        self.message = None
        self.focus = None
        self.closing = False
        self.calls = []
        self.finished = False
        self.reached = ORDER.index(step)
        self.open_items = {}
        self.verb_now = Verb("check_and_continue", {})
        self.on_press = lambda: None
        self._listeners = []

    @property
    def view(self):
        return self.aside or self.step

    @property
    def can_go_back(self):
        return self.aside is not None or self.step is not ORDER[0]

    def subscribe(self, listener):
        self._listeners.append(listener)

    def changed(self):
        for listener in self._listeners:
            listener()

    def rows(self):
        return [self._row(number, step) for number, step in enumerate(ORDER)]

    def _row(self, number, step):
        items = self.open_items.get(step, 0)
        if step is self.step:
            state = StepState.CURRENT
        elif number > self.reached:
            state = StepState.NOT_YET
        else:
            state = StepState.OPEN if items else StepState.DONE
        return StepRow(step, state, items, number <= self.reached)

    def verb(self):
        return self.verb_now

    def press(self):
        self.calls.append("press")
        self.on_press()
        self.changed()

    def back(self):
        self.calls.append("back")
        if self.aside is not None:
            self.aside = None
            self.changed()
            return
        self.go(ORDER[ORDER.index(self.step) - 1])

    def go(self, step):
        self.calls.append(f"go {step}")
        self.step = step
        self.reached = max(self.reached, ORDER.index(step))
        self.changed()

    def diagnose(self):
        self.calls.append("diagnose")
        self.aside = Aside.DIAGNOSIS
        self.changed()

    def cancel_work(self):
        self.calls.append("cancel_work")

    def act(self, action):
        self.calls.append(f"act {action}")
        self.message = None
        self.changed()

    def dismiss_message(self):
        self.calls.append("dismiss")
        self.message = None
        self.changed()

    def work(self, code="checking_network", seconds=0.0, share=None):
        """Be busy since ``seconds`` ago."""
        self.busy = Busy(code, time.monotonic() - seconds, {}, share)
        self.changed()

    def rest(self):
        """Be busy no more."""
        self.busy = None
        self.changed()


class FakePage(Page):
    """Two inputs in a card; counts how often it was shown again."""

    def __init__(self, step, parent: QWidget | None = None):
        super().__init__(step.value, parent)
        self.refreshed = 0
        self.card = Card("App credentials", "Found in the console.")
        self.add(self.card)
        self.app_id = Field(f"{step}.app_id", "App &ID")
        self.secret = SecretField(f"{step}.app_secret", "App &Secret")
        self.card.add(self.app_id)
        self.card.add(self.secret)

    def refresh(self):
        self.refreshed += 1

    def help_link(self):
        return ("Where do I find these values?", "https://open.feishu.cn/app")
