"""The controls, the plots and a lesson beside one another, and how they give way to each other."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from regplay.gui.controls import ControlPanel
from regplay.gui.theme import zoomed
from regplay.gui.widgets import ScrolledColumn, divided, fill

_NARROW = 1280  # px at 100 %, below which a lesson leaves only the controls that its page names
_NARROWER = 1120  # px at 100 %, below which it stands under them
_LOWEST = 80  # px at 100 %, of plots that scroll
_MOST = 0.45  # of the height, for the controls above a lesson
_MAX_HEIGHT = (1 << 24) - 1  # px, Qt's QWIDGETSIZE_MAX


class ScrolledPlots(ScrolledColumn):
    """Scrolls plots up and down where they would be too low to be read."""

    def __init__(self, plots: QWidget) -> None:
        super().__init__("centre")
        self.setWidget(plots)

    def event(self, event: QEvent) -> bool:
        """Ask for more room, or less, once the plots do."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)

    def minimumSizeHint(self) -> QSize:
        """As wide as the plots, and the bar where there is one; any height will do."""
        width, bar = self.widget().minimumSizeHint().width(), self.verticalScrollBar()
        return QSize(width + (bar.sizeHint().width() if bar.isVisible() else 0), zoomed(_LOWEST))


class Columns(QScrollArea):
    """Controls at the left, plots in the middle, the lesson at the right while one is open.

    In a narrow window the lesson stands below the controls. What has no room still scrolls.

    Attributes
    ----------
    parts
        What stands beside one another: the controls, the plots and, where it has room, the lesson.

    Signals
    -------
    narrowed
        (bool): whether there is little room beside a lesson.
    """

    narrowed = Signal(bool)

    def __init__(self, controls: ControlPanel, centre: QWidget, lesson: QWidget) -> None:
        super().__init__()
        self.setObjectName("columns")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._controls, self._lesson = controls, lesson
        self._is_narrow: bool | None = None
        self._is_below = False  # the lesson, below the controls
        left = QWidget()
        self._left = fill(QVBoxLayout(left), (controls, 1))
        self.parts = divided("halves", Qt.Orientation.Horizontal, left, centre, (0, 1))
        self.setWidget(self.parts)
        self._place_lesson(is_below=False)
        for watched in (lesson, controls.widget()):
            watched.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the lesson where it has room."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Larger text takes more room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "parts"):
            self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Share the left column anew where a lesson comes or goes, or other controls are shown."""
        kinds = QEvent.Type
        asks = event.type() in (kinds.LayoutRequest, kinds.ShowToParent, kinds.HideToParent)
        if asks and watched in (self._lesson, self._controls.widget()):
            self._share_left()
        return super().eventFilter(watched, event)

    def _arrange(self) -> None:
        is_narrow = self.width() < zoomed(_NARROW)
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self.narrowed.emit(is_narrow)
        is_below = self.width() < zoomed(_NARROWER)
        if is_below != self._is_below:
            self._place_lesson(is_below=is_below)
        self._share_left()

    def _place_lesson(self, *, is_below: bool) -> None:
        self._is_below = is_below
        is_hidden = self._lesson.isHidden()
        if is_below:
            self._left.addWidget(self._lesson, 1)
        else:
            self.parts.addWidget(self._lesson)
            self.parts.setStretchFactor(2, 0)
        self._lesson.setVisible(not is_hidden)

    def _share_left(self) -> None:
        """Above a lesson the controls are as high as they need, up to a share of the column."""
        if self._is_below and not self._lesson.isHidden():
            needed = self._controls.widget().sizeHint().height()
            self._controls.setFixedHeight(min(needed, round(_MOST * self.height())))
        else:
            self._controls.setMinimumHeight(0)
            self._controls.setMaximumHeight(_MAX_HEIGHT)
