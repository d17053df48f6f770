"""A group of controls under a heading that folds it away."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

_SPACING = 4  # px between controls


class Group(QWidget):
    """A bold heading and the controls under it."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = QToolButton(self)
        self.heading.setText(title)
        self.heading.setToolTip(f"Show or hide what belongs to {title}.")
        self.heading.setAutoRaise(True)
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setArrowType(Qt.ArrowType.DownArrow)
        self.heading.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        font = self.heading.font()
        font.setBold(True)
        self.heading.setFont(font)

        self.body = QWidget(self)
        self._controls = QVBoxLayout(self.body)
        self._controls.setContentsMargins(4, 0, 4, 4)
        self._controls.setSpacing(_SPACING)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.heading)
        layout.addWidget(self.body)
        self.heading.clicked.connect(self._fold)

    def add(self, control: QWidget) -> None:
        """Put a control below those already there."""
        self._controls.addWidget(control)

    def _fold(self) -> None:
        opens = self.body.isHidden()
        self.heading.setArrowType(Qt.ArrowType.DownArrow if opens else Qt.ArrowType.RightArrow)
        self.body.setVisible(opens)
