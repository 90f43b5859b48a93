"""``python -m feishu_wizard.sandbox``: see :mod:`feishu_wizard.sandbox.command`."""

from __future__ import annotations

import sys

from feishu_wizard.sandbox.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
