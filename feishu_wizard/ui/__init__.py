"""What the admin sees. Qt lives here and in ``app.py``, nowhere else.

``bridge`` joins asyncio and Qt, ``shell`` is the window, ``step_list`` its left side, ``widgets``
the bricks that ``pages`` are built of, ``theme`` the colours, ``desktop`` what differs between
operating systems.
"""
