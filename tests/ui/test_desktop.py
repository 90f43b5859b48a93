"""Clipboard, browser, system proxy."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtNetwork import QNetworkProxy, QNetworkProxyFactory

from feishu_wizard.ui import desktop
from feishu_wizard.ui.system_proxy import QtSystemProxy


class Browser(QObject):
    """Takes what would go to the browser."""

    def __init__(self):
        super().__init__()
        self.opened = []

    @Slot(QUrl)
    def take(self, url):
        self.opened.append(url.toString())


@pytest.fixture
def browser(app):
    taker = Browser()
    for scheme in ("https", "http", "file"):
        QDesktopServices.setUrlHandler(scheme, taker, "take")
    yield taker
    for scheme in ("https", "http", "file"):
        QDesktopServices.unsetUrlHandler(scheme)


def test_only_web_addresses_are_opened(browser):
    assert desktop.open_url("https://open.feishu.cn/app?q=a,b")
    for bad in ("file:///etc/passwd", "javascript:alert(1)", "open.feishu.cn", "", "https://"):
        assert not desktop.open_url(bad)
    assert browser.opened == ["https://open.feishu.cn/app?q=a,b"]


def test_a_copied_secret_is_marked_and_leaves_the_clipboard(app, monkeypatch, qtbot):
    monkeypatch.setattr(desktop, "SECRET_SECONDS", 0.02)
    desktop.copy_secret("s3cret-value")
    if sys.platform.startswith("linux"):
        assert app.clipboard().mimeData().data("x-kde-passwordManagerHint") == b"secret"
    assert app.clipboard().text() == "s3cret-value"
    qtbot.waitUntil(lambda: app.clipboard().text() == "")


def test_what_was_copied_since_stays(app, monkeypatch, qtbot):
    monkeypatch.setattr(desktop, "SECRET_SECONDS", 0.02)
    desktop.copy_secret("s3cret-value")
    sweeper = app.findChildren(desktop._Sweeper)[-1]
    assert b"s3cret" not in repr(vars(sweeper)).encode()
    desktop.copy("something else")
    with qtbot.waitSignal(sweeper.destroyed):
        pass
    assert app.clipboard().text() == "something else"


@pytest.mark.parametrize("platform", ["win32", "darwin", "linux"])
def test_every_system_has_its_mark(app, monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    formats = desktop.concealed("x").formats()
    marks = {
        "win32": "ExcludeClipboardContentFromMonitorProcessing",
        "darwin": "org.nspasteboard.ConcealedType",
        "linux": "x-kde-passwordManagerHint",
    }
    assert marks[platform] in formats
    assert "text/plain" in formats


@pytest.mark.parametrize(
    ("proxies", "found"),
    [
        ([QNetworkProxy(QNetworkProxy.ProxyType.NoProxy)], None),
        (
            [QNetworkProxy(QNetworkProxy.ProxyType.HttpProxy, "p.example", 3128)],
            "http://p.example:3128",
        ),
        ([QNetworkProxy(QNetworkProxy.ProxyType.Socks5Proxy, "::1", 1080)], "socks5h://[::1]:1080"),
        (
            [
                QNetworkProxy(QNetworkProxy.ProxyType.FtpCachingProxy, "f.example", 21),
                QNetworkProxy(QNetworkProxy.ProxyType.HttpProxy, "p.example", 8080),
            ],
            "http://p.example:8080",
        ),
        ([], None),
    ],
)
def test_the_systems_proxy_in_our_words(app, monkeypatch, proxies, found):
    asked = []

    def query(question):
        asked.append(question.url().toString())
        return proxies

    monkeypatch.setattr(QNetworkProxyFactory, "systemProxyForQuery", staticmethod(query))
    assert QtSystemProxy().proxy_for("https://open.feishu.cn/x") == found
    assert asked == ["https://open.feishu.cn/x"]


def test_what_is_copied_has_passed_the_redactor(app):
    canary = "9fK2mQ7xW4vT8sR1pL6nB3cD5hJ0gZyA"
    desktop.copy(f"answer: app_secret={canary}")
    assert canary not in app.clipboard().text()
    desktop.copy("code=$?", exact=True)
    assert app.clipboard().text() == "code=$?"
