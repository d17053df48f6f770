"""The controls, the plots and a lesson beside one another, and how they give way to each other."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from regplay.gui.theme import zoom_of_text, zoomed
from regplay.gui.widgets.layout import ScrolledColumn, divided, fill

_NARROW = 1280  # px at 100 %, below which a lesson leaves only the controls that its page names
_NARROWER = 1120  # px at 100 %, below which it stands under them
_LOWEST = 80  # px at 100 %, of plots that scroll
_READABLE = 240  # px at 100 %, of the losses beside the list of runs
_BESIDE, _BELOW = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
_SHARES = {_BESIDE: (5, 3), _BELOW: (3, 2)}  # of the tabs, and of the losses beside or below
_AROUND = 100  # px at 100 %, that rows, axes and margins take either way
_WORTH = 1.1  # so many times as large has a picture to become
_MOST = 0.45  # of the height, for the controls above a lesson
_LEAST = 64  # px at 100 % of them that a lesson leaves: one control
_MAX_HEIGHT = (1 << 24) - 1  # px, Qt's QWIDGETSIZE_MAX


class ScrolledPlots(ScrolledColumn):
    """The tabs over the losses, or beside them where a picture with a shape becomes larger by it.

    Plots that would be too low to be read scroll up and down.

    Attributes
    ----------
    plots
        The tabs, and the losses with the list of runs.
    bottom
        The losses and the list of runs.
    """

    def __init__(self, tabs: QWidget, losses: QWidget, runs: QWidget) -> None:
        super().__init__("centre")
        self._least = tabs, losses, runs  # what has to have room in its width
        self.bottom = divided("bottom", Qt.Orientation.Horizontal, losses, runs, (1, 0))
        self.plots = divided("plots", Qt.Orientation.Vertical, tabs, self.bottom, _SHARES[_BELOW])
        self._sizes = {way: [1000 * share for share in _SHARES[way]] for way in _SHARES}
        self._aspect: float | None = None
        self._count = 1
        self.plots.setSizes(self._sizes[_BELOW])
        self.setWidget(self.plots)

    def set_aspect(self, aspect: float | None, count: int) -> None:
        """Show so many pictures a side of this width in heights, or ones that take any shape."""
        self._aspect, self._count = aspect, count
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See which way the plots have more room."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        room, plots, way = self.maximumViewportSize(), self.plots, _BELOW
        if self._aspect is not None and self._have_room_beside(room.width()):
            beside, below = (self._height(room, self._aspect, way) for way in _SHARES)
            way = _BESIDE if beside > _WORTH * below else _BELOW
        # The list of runs takes the losses' longer side, if curves are still read beside it.
        needed = zoomed(_READABLE) + self.bottom.handleWidth() + self._widths()[2]
        has_room = needed <= room.width()
        self.bottom.setOrientation(_BESIDE if way == _BELOW and has_room else _BELOW)
        before = plots.orientation()
        if way != before:
            self._sizes[before] = plots.sizes()
            plots.setOrientation(way)
            plots.setSizes(self._sizes[way])

    def _widths(self) -> list[int]:
        """What the tabs, the losses and the list of runs need; nothing where they are hidden."""
        return [it.minimumSizeHint().width() * it.isVisibleTo(self) for it in self._least]

    def _have_room_beside(self, width: int) -> bool:
        """Whether the tabs have at least what they need, and the losses, one beside the other."""
        widths, shares = self._widths(), _SHARES[_BESIDE]
        needed = widths[0], max(widths[1:])
        parts = zip(needed, shares, strict=True)
        return all(least <= width * share / sum(shares) for least, share in parts)

    def _height(self, room: QSize, aspect: float, way: Qt.Orientation) -> float:
        """Of a picture, in pixels."""
        share = _SHARES[way][0] / sum(_SHARES[way])
        across = room.width() * (share if way == _BESIDE else 1) / self._count
        down = room.height() * (share if way == _BELOW else 1) / self._count
        return min((across - zoomed(_AROUND)) / aspect, down - zoomed(_AROUND))

    def event(self, event: QEvent) -> bool:
        """Ask for more room, or less, once the plots do."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
            self.updateGeometry()
        return super().event(event)

    def minimumSizeHint(self) -> QSize:
        """As wide as the widest part, and the bar where there is one; any height will do."""
        width, bar = max(self._widths()), self.verticalScrollBar()
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

    def __init__(self, controls: QScrollArea, centre: QWidget) -> None:
        super().__init__()
        self.setObjectName("columns")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._controls = controls
        self._lesson: QWidget | None = None
        self._is_narrow: bool | None = None
        self._is_below = False  # the lesson, below the controls
        self._width: float | None = None  # px at 100 %, that a person gave the controls
        left = QWidget()
        self._left = fill(QVBoxLayout(left), (controls, 1))
        self.parts = divided("halves", Qt.Orientation.Horizontal, left, centre, (0, 1))
        self.parts.splitterMoved.connect(self._keep_width)
        self.setWidget(self.parts)
        controls.widget().installEventFilter(self)

    def add_lesson(self, lesson: QWidget) -> None:
        """Have room for a lesson while it is shown."""
        self._lesson = lesson
        self._place(lesson)
        lesson.installEventFilter(self)

    def fit_controls(self) -> None:
        """Have the controls as wide as before by the measure of the text, whose size changed."""
        self._controls.updateGeometry()  # they may be as narrow again as they were
        usual = self._controls.sizeHint().width()
        width = usual if self._width is None else zoomed(self._width)
        panel, centre, *lesson = self.parts.sizes()
        self.parts.setSizes([width, panel + centre - width, *lesson])

    def _keep_width(self) -> None:
        self._width = self.parts.sizes()[0] / zoom_of_text()

    def resizeEvent(self, event: QResizeEvent) -> None:
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
            self._is_below = is_below
            if self._lesson is not None:
                self._place(self._lesson)
        self._share_left()

    def _place(self, lesson: QWidget) -> None:
        is_hidden = lesson.isHidden()
        if self._is_below:
            self._left.addWidget(lesson, 1)
        else:
            self.parts.addWidget(lesson)
            self.parts.setStretchFactor(2, 0)
        lesson.setVisible(not is_hidden)

    def _share_left(self) -> None:
        """Above a lesson the controls are as high as they need, up to a share of the column.

        They leave the height that the lesson needs at least, but keep that of a control.
        """
        if self._is_below and self._lesson is not None and not self._lesson.isHidden():
            needed = self._controls.widget().sizeHint().height()
            room = self.height() - self._lesson.minimumSizeHint().height()
            most = min(round(_MOST * self.height()), max(room, zoomed(_LEAST)))
            self._controls.setFixedHeight(min(needed, most))
        else:
            self._controls.setMinimumHeight(0)
            self._controls.setMaximumHeight(_MAX_HEIGHT)
