"""A group of controls under a heading that folds it away, the rarely used ones behind `More`."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from regplay.gui.controls.framing import Framing

_SPACING = 4  # px between controls


class Group(QWidget):
    """A bold heading, the controls under it, and a button that shows some more.

    Attributes
    ----------
    heading, more
        The buttons. `more` is checked while the rarely used controls are shown, None without any.
    """

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

        self.body = Framing(self)
        self._controls = QVBoxLayout(self.body)
        self._controls.setContentsMargins(4, 2, 4, 4)  # room for the frames
        self._controls.setSpacing(_SPACING)
        self.more: QToolButton | None = None
        self._title = title

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.heading)
        layout.addWidget(self.body)
        self.heading.clicked.connect(self._fold)

    def add(self, control: QWidget) -> None:
        """Put a control below those already there."""
        self._controls.addWidget(control)

    def addMore(self) -> None:
        """Put a `More` button below; it shows and hides the controls that are added from now on."""
        self.more = QToolButton(self.body)
        self.more.setText("More")
        self.more.setToolTip(f"Show or hide more about {self._title}.")
        self.more.setAccessibleName(f"More {self._title}")
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.toggled.connect(self._show_rare)
        self._controls.addWidget(self.more)
        rare = QWidget(self.body)
        self._controls.addWidget(rare)
        self._controls = QVBoxLayout(rare)
        self._controls.setContentsMargins(0, 0, 0, 0)
        self._controls.setSpacing(_SPACING)
        self._rare = rare
        self._show_rare(False)

    def open(self) -> None:
        """Unfold it."""
        if self.body.isHidden():
            self._fold()

    def frame(self, controls: Iterable[QWidget]) -> None:
        """Point out these of its controls, and no others, by a frame around each."""
        self.body.frame(controls)

    def _show_rare(self, shows: bool) -> None:
        assert self.more is not None
        self.more.setArrowType(Qt.ArrowType.DownArrow if shows else Qt.ArrowType.RightArrow)
        self._rare.setVisible(shows)

    def _fold(self) -> None:
        opens = self.body.isHidden()
        self.heading.setArrowType(Qt.ArrowType.DownArrow if opens else Qt.ArrowType.RightArrow)
        self.body.setVisible(opens)
