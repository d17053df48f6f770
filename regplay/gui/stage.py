"""The upper half of the centre: the fit, or one of the other views of the experiment."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from regplay.gui.naming import named
from regplay.gui.plots.toggle import Toggle


class Stage(QWidget):
    """Tabs; a view is made when it is first shown.

    Signals
    -------
    tabChanged
        (str): the name of the tab that is shown now.
    tabClicked
        (str): a person clicked this one, which may have been in sight already.
    """

    tabChanged = Signal(str)
    tabClicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stage")
        self._make: dict[str, Callable[[], QWidget]] = {}
        self._views: dict[str, QWidget] = {}
        self._buttons: dict[str, Toggle] = {}
        self._group = QButtonGroup(self)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(6, 0, 6, 2)
        self._row.setSpacing(3)
        self._row.addStretch(1)
        self._stack = QStackedLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._row)
        layout.addLayout(self._stack, 1)

    def add(self, name: str, text: str, tip: str, make: Callable[[], QWidget]) -> None:
        """Add a tab; the first one is shown at once."""
        button = named(f"stage.{name}", Toggle(text, tip))
        self._make[name], self._buttons[name] = make, button
        self._group.addButton(button)
        self._row.insertWidget(len(self._buttons) - 1, button)
        button.toggled.connect(lambda checked: self._show(name) if checked else None)
        button.clicked.connect(lambda: self.tabClicked.emit(name))
        if len(self._buttons) == 1:
            button.setChecked(True)

    def addAtEnd(self, widget: QWidget) -> None:
        """Put a widget at the right end of the row of tabs."""
        self._row.addWidget(widget)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tabs."""
        return tuple(self._buttons)

    @property
    def tab(self) -> str:
        """The name of the tab that is shown."""
        return next(name for name, button in self._buttons.items() if button.isChecked())

    def setTab(self, name: str) -> None:
        """Show a tab."""
        self._buttons[name].setChecked(True)

    def _show(self, name: str) -> None:
        view = self._views.get(name)
        if view is None:
            view = self._views[name] = self._make[name]()
            self._stack.addWidget(view)
        self._stack.setCurrentWidget(view)
        self.tabChanged.emit(name)
