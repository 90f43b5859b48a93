"""How every need stands, and the app itself: read once, then judged without any call."""
