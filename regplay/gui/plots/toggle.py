"""A small button that stays down."""

from PySide6.QtWidgets import QToolButton, QWidget

# Fusion shows a checked button by a shade that a dark palette swallows.
_STYLE = """
QToolButton { padding: 2px 5px; border: 1px solid rgba(128, 128, 128, 0.6); border-radius: 4px; }
QToolButton:hover { border-color: palette(highlight); }
QToolButton:checked { background: palette(highlight); color: palette(highlighted-text); }
QToolButton:focus { border-color: palette(text); }
"""


class Toggle(QToolButton):
    """A checkable button whose state shows in light and dark."""

    def __init__(self, text: str, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setToolTip(tip)
        self.setCheckable(True)
        self.setStyleSheet(_STYLE)
