"""Write the text of the clipboard to stdout. A program of its own: ``Desk.clipboard`` runs it."""

import sys

from PySide6.QtGui import QGuiApplication

application = QGuiApplication(sys.argv)
sys.stdout.write(application.clipboard().text())
