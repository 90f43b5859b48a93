"""The six pages, one module each; the shell makes ``XPage(session)`` when a step is opened."""
