"""A private X server with a window manager: its screen as PNG, its keyboard as real keys."""

from __future__ import annotations

import os
import select
import struct
import subprocess
import zlib
from collections.abc import Mapping
from pathlib import Path

from .processes import Child
from .waiting import Deadline, RobotError, wait_until

_XWD_WORDS = 20  # X11/XWDFile.h: the fixed part of the header, 32-bit words, big endian
_XWD_COLOR = 12  # bytes of one colour map entry
_ZPIXMAP = 2

# Alt+F4 and nothing else: no other key is taken away from the program under test.
_OPENBOX_RC = """<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>yes</focusNew><followMouse>no</followMouse></focus>
  <placement><policy>Smart</policy><center>yes</center></placement>
  <desktops><number>1</number><popupTime>0</popupTime></desktops>
  <keyboard><keybind key="A-F4"><action name="Close"/></keybind></keyboard>
</openbox_config>
"""


class XServer:
    """Xvfb on a display that was free, and openbox; both end with ``stop``.

    ``folder`` takes the frame buffer and the window manager's settings, ``logs`` the output.
    """

    def __init__(
        self, folder: Path, logs: Path, env: Mapping[str, str], size: tuple[int, int]
    ) -> None:
        self._folder = folder
        self._frame_buffer = folder / "Xvfb_screen0"
        self._env = dict(env)
        self.display = ""
        self._children: list[Child] = []
        try:
            self._start_server(logs, size)
            self._start_window_manager(logs)
        except BaseException:
            self.stop()
            raise

    def _start_server(self, logs: Path, size: tuple[int, int]) -> None:
        reader, writer = os.pipe()
        try:
            screen = f"{size[0]}x{size[1]}x24"
            arguments = ["Xvfb", "-displayfd", str(writer), "-screen", "0", screen]
            arguments += ["-nolisten", "tcp", "-noreset", "-fbdir", str(self._folder)]
            child = Child("xvfb", arguments, logs=logs, env=self._env, pass_fds=[writer])
            self._children.append(child)
            os.close(writer)
            writer = -1
            self.display = f":{_read_line(reader, 20, child)}"
        finally:
            os.close(reader)
            if writer >= 0:
                os.close(writer)
        self._env["DISPLAY"] = self.display

    def _start_window_manager(self, logs: Path) -> None:
        settings, ready = self._folder / "openbox.xml", self._folder / "openbox-ready"
        settings.write_text(_OPENBOX_RC, encoding="utf-8")
        arguments = ["openbox", "--sm-disable", "--config-file", str(settings)]
        # openbox runs this once it manages the display: the one fact worth waiting for.
        arguments += ["--startup", f"touch {ready}"]
        child = Child("openbox", arguments, logs=logs, env=self._env)
        self._children.append(child)

        def managing() -> bool:
            child.check_running()
            return ready.exists()

        wait_until(managing, 20, lambda: f"openbox manages the display\n{child.output_tail()}")

    def key(self, *names: str) -> None:
        """Press keys one after the other, in the words of xdotool ("Return", "shift+Tab")."""
        self._xdotool(["key", "--clearmodifiers", *names])

    def type_text(self, text: str) -> None:
        """Type ``text`` on the keyboard; it goes by stdin, never through a command line."""
        self._xdotool(["type", "--clearmodifiers", "--file", "-"], text)

    def click(self, x: int, y: int) -> None:
        """Click with the left mouse button at a point of the screen, in pixels."""
        self._xdotool(["mousemove", "--sync", str(x), str(y), "click", "1"])

    def _xdotool(self, arguments: list[str], text: str = "") -> None:
        done = subprocess.run(
            ["xdotool", *arguments],
            input=text,
            env=self._env,
            timeout=Deadline(20).seconds,
            capture_output=True,
            text=True,
            check=False,
        )
        # xdotool ends with 0 even when it does not know a key, and says so on stderr.
        if done.returncode or done.stderr.strip():
            raise RobotError(f"xdotool {arguments[0]}: {done.stderr.strip() or done.returncode}")

    def screenshot(self, path: Path) -> Path:
        """Write the whole screen to ``path`` as PNG and return the path."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png_from_xwd(self._frame_buffer.read_bytes()))
        return path

    def stop(self) -> None:
        """End the window manager and the server."""
        for child in reversed(self._children):
            child.end()
        self._children.clear()


def _read_line(reader: int, timeout: float, child: Child) -> str:
    """Read one line from the pipe ``reader`` that ``child`` writes to."""
    deadline = Deadline(timeout)
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([reader], [], [], deadline.left())
        more = os.read(reader, 64) if readable else b""
        if not more:
            raise RobotError(f"{child.name} said no line\n{child.output_tail()}")
        line += more
    return line.decode().strip()


def png_from_xwd(dump: bytes) -> bytes:
    """Turn a window dump of 32-bit pixels (what ``Xvfb -fbdir`` keeps) into a PNG file.

    Raises RobotError for another kind of dump.
    """
    words = struct.unpack(f">{_XWD_WORDS}I", dump[: 4 * _XWD_WORDS])
    header_size, version, pixmap_format, _depth, width, height = words[:6]
    big_endian, bits, row_bytes, colors = words[7], words[11], words[12], words[19]
    if (version, pixmap_format, bits, words[14]) != (7, _ZPIXMAP, 32, 0xFF0000):
        raise RobotError(f"not a dump of 32-bit RGB pixels: {words}")
    start = header_size + colors * _XWD_COLOR
    red, green, blue = (1, 2, 3) if big_endian else (2, 1, 0)
    rows = bytearray()
    for first in range(start, start + height * row_bytes, row_bytes):
        row = dump[first : first + width * 4]
        rgb = bytearray(width * 3)
        rgb[0::3], rgb[1::3], rgb[2::3] = row[red::4], row[green::4], row[blue::4]
        rows += b"\0" + rgb  # filter type 0
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 4)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
