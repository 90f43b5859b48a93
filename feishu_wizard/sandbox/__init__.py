"""A Feishu and a CAN to practise on, over real HTTP on loopback.

Three origins: Feishu's open host (with the developer console under its real paths), the accounts
host, and a CAN server. Answers have the shapes, codes, HTTP statuses and headers that the public
documentation of the platform gives; nothing here was compared with the live service.

The package imports nothing of the rest of the product and nothing of the product imports it: it
is started as a child process (``python -m feishu_wizard.sandbox``). Tests may take the three ASGI
applications from :func:`feishu_wizard.sandbox.applications.create_apps`.
"""

from __future__ import annotations
