"""The window: PySide6 and pyqtgraph."""

from regplay.gui.overrides import guard_overrides

guard_overrides()
