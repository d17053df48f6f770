"""Axes around a canvas: ranges that rest, pan and zoom by mouse, clicks, and a hover line."""

from collections.abc import Callable
from typing import Any, Literal

import pyqtgraph as pg
from numpy.typing import ArrayLike
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsGridLayout,
    QGraphicsItem,
    QGraphicsWidget,
    QToolButton,
    QWidget,
)

from regplay.gui.plots.axis import ChartAxis, GridLayer, Range, bounds, extend, extend_decades
from regplay.gui.plots.canvas import Canvas, Frame
from regplay.gui.plots.hover import HoverItem, Reading
from regplay.gui.theme import LIGHT, Colors

Side = Literal["x", "y"]
_LOOKS = (QEvent.Type.FontChange, QEvent.Type.PaletteChange, QEvent.Type.StyleChange)
_LEFT = 58  # pixels beside the plots, the same for all, so that their left edges line up


class Chart(pg.GraphicsView):  # type: ignore[misc]
    """One plot.

    Layers are added to `canvas`; ranges follow `cover` and `fix` until the mouse moves them, and
    again after a double click, the key A or the button in the corner.

    Attributes
    ----------
    canvas
        Holds the layers.
    reader
        Called with an x value and the height of the mouse in pixels; says what the hover line
        shows there.
    manual
        Whether the mouse has moved the ranges.
    pressedAt
        Where on the screen a button of the mouse was pressed last.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colors = LIGHT
        self.reader: Callable[[float, float], Reading | None] | None = None
        self.manual = False
        self.pressedAt = QPointF()
        self._is_held = False
        self._log = {"x": False, "y": False}
        self._auto: dict[str, Range | None] = {"x": None, "y": None}
        self._frame: Frame | None = None

        self.box = pg.ViewBox(enableMenu=False, defaultPadding=0)
        self.box.disableAutoRange()
        self.axes = {"x": ChartAxis("bottom"), "y": ChartAxis("left")}
        layout = QGraphicsGridLayout()
        layout.setContentsMargins(2, 9, 28, 2)
        layout.setSpacing(0)
        center = QGraphicsWidget()
        center.setLayout(layout)
        self.setCentralItem(center)
        self.setAcceptDrops(False)  # a file that is dropped here is for the window
        layout.addItem(self.box, 0, 1)
        layout.addItem(self.axes["y"], 0, 0)
        layout.addItem(self.axes["x"], 1, 1)
        for axis in self.axes.values():
            axis.enableAutoSIPrefix(False)
            axis.linkToView(self.box)
            # Labels may stick out at the ends of an axis by this many pixels.
            axis.setStyle(tickLength=4, maxTickLevel=1, hideOverlappingLabels=40)
        self.axes["y"].setWidth(_LEFT)
        self._fit_axes()

        self.canvas = Canvas(self)
        self.canvas.under.append(GridLayer(self.axes))
        self.hover = HoverItem(self)
        self.reset_button = QToolButton(self)
        self.reset_button.setText("A")
        self.reset_button.setToolTip("Back to the whole plot (A, or double click)")
        self.reset_button.clicked.connect(self.reset_ranges)
        self.reset_button.hide()
        self.box.sigRangeChanged.connect(self._range_changed)
        self.box.sigResized.connect(self._box_resized)
        self.box.sigRangeChangedManually.connect(self._moved_by_mouse)
        self.set_colors(self.colors)

    # what the canvas draws by

    def frame(self) -> Frame:
        """How data become pixels at this moment."""
        ratio = self.devicePixelRatioF()
        if self._frame is None or self._frame.ratio != ratio:
            (x0, x1), (y0, y1) = self.box.viewRange()
            rect = self.box.rect()
            self._frame = Frame(
                max(rect.width(), 1.0),
                max(rect.height(), 1.0),
                (x0, x1),
                (y0, y1),
                self._log["x"],
                self._log["y"],
                ratio,
                self.colors,
            )
        return self._frame

    def refresh(self) -> None:
        """The live layers have new data: draw them, and the hover line's values."""
        self.canvas.update_live()
        self.hover.read_again()

    # ranges

    def cover(self, axis: Side, values: ArrayLike, steps: int = 5) -> None:
        """Let the range of an axis hold `values` too; a range that holds them rests."""
        now = self._auto[axis]
        grown = extend_decades(now, values) if self._log[axis] else extend(now, values, steps)
        if grown is not now and grown is not None:
            self._auto[axis] = grown
            self._show(axis)

    def settle(self, axis: Side, values: ArrayLike, steps: int = 5) -> None:
        """Give a linear axis the range that it would have if it had only ever held `values`."""
        wanted = extend(None, values, steps)
        if wanted is not None:
            self.fix(axis, *wanted)

    def fix(self, axis: Side, low: float, high: float) -> None:
        """Set the range of an axis; on a logarithmic one these are exponents of ten."""
        if self._auto[axis] != (low, high):
            self._auto[axis] = (low, high)
            self._show(axis)

    def forget(self, axis: Side) -> None:
        """Start the range of an axis anew with the next `cover`."""
        self._auto[axis] = None

    def auto_range(self, axis: Side) -> Range | None:
        """The range that the data ask for, whether or not the mouse moved the plot."""
        return self._auto[axis]

    def reset_ranges(self) -> None:
        """Undo pan and zoom."""
        self.manual = False
        self.reset_button.hide()
        self._show("x")
        self._show("y")

    def hold_ranges(self, holds: bool) -> None:
        """Let the ranges rest, as while a point is dragged; what they miss comes afterwards."""
        if holds != self._is_held:
            self._is_held = holds
            self._show("x")
            self._show("y")

    def _show(self, axis: Side) -> None:
        wanted = self._auto[axis]
        if wanted is not None and not (self.manual or self._is_held):
            self.box.setRange(**{f"{axis}Range": wanted}, padding=0)

    def is_log(self, axis: Side) -> bool:
        """Whether an axis is logarithmic."""
        return self._log[axis]

    def set_log(self, axis: Side, log: bool) -> None:
        """Make an axis logarithmic or linear; its range starts anew with the next `cover`."""
        if log == self._log[axis]:
            return
        self._log[axis] = log
        self.axes[axis].setLogMode(**{axis: log})
        self._draw_axes_anew()
        self.forget(axis)
        self.reset_ranges()
        self._range_changed()

    def _range_changed(self, *_: Any) -> None:
        self._redraw()

    def _box_resized(self, *_: Any) -> None:
        self._draw_axes_anew()
        self._redraw()
        self.canvas.fit_box()
        self.hover.fit_box()

    def _redraw(self) -> None:
        self._frame = None
        self.canvas.rest()
        self.hover.read_again()

    def _fit_axes(self) -> None:
        """Leave the room below that two lines of text take."""
        self.axes["x"].setHeight(2 * QFontMetrics(self.font()).height() + 8)
        self._draw_axes_anew()

    def _draw_axes_anew(self) -> None:
        """Keep new pictures of the axes.

        The room for labels at their ends lies over the canvas, so that each frame would draw the
        axes; and Qt keeps its picture of an item when the item's size changes.
        """
        for axis in self.axes.values():
            axis.picture = None
            axis.setCacheMode(QGraphicsItem.CacheMode.NoCache)
            axis.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def _moved_by_mouse(self, *_: Any) -> None:
        self.manual = True
        self.reset_button.show()

    # looks

    def set_labels(self, x: str, y: str) -> None:
        """Name the axes."""
        for axis, name in (("x", x), ("y", y)):
            self.axes[axis].set_name(name)

    def set_colors(self, colors: Colors) -> None:
        """Restyle everything."""
        self.colors = colors
        self.setBackground(colors.background)
        for axis in self.axes.values():
            axis.setPen(QPen(colors.muted))
            axis.setTextPen(QPen(colors.foreground))
            axis.setTickPen(QPen(colors.muted))
        self._draw_axes_anew()
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the font or the palette."""
        super().changeEvent(event)
        if event.type() in _LOOKS and hasattr(self, "canvas"):  # not while it is constructed
            self._fit_axes()
            self._redraw()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the button in the lower left corner."""
        super().resizeEvent(event)
        if hasattr(self, "reset_button"):  # pyqtgraph resizes while it constructs
            self.reset_button.adjustSize()
            self.reset_button.move(4, self.height() - self.reset_button.height() - 4)

    # mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pan; nothing behind the plot gets the press."""
        self.pressedAt = event.globalPosition()
        super().mousePressEvent(event)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Finish."""
        super().mouseReleaseEvent(event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the hover line."""
        super().mouseMoveEvent(event)
        self._hover_at(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the hover line."""
        super().leaveEvent(event)
        self.hover.leave()

    def _hover_at(self, position: QPointF) -> None:
        if self.reader is None:
            return
        point = self.box.mapFromScene(self.mapToScene(position.toPoint()))
        if self.box.rect().contains(point):
            self.hover.move(point.x(), point.y())
        else:
            self.hover.leave()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Undo pan and zoom."""
        self.reset_ranges()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo pan and zoom on A; leave all other keys to the window."""
        if event.key() == Qt.Key.Key_A and not event.modifiers():
            self.reset_ranges()
        else:
            event.ignore()


def padded(values: ArrayLike, share: float = 0.05) -> Range:
    """The ends of `values`, moved out by a share of their width: no marker lies on the frame.

    Values that are not finite are ignored; 0 and 1 where there are no others.
    """
    low, high = bounds(values) or (0.0, 1.0)
    room = (high - low) * share or abs(low) * share or 1.0
    return low - room, high + room


class ClickChart(Chart):
    """A chart that can be clicked.

    Signals
    -------
    clicked
        With the x value. Where a double click would undo pan and zoom, it comes only after the
        time in which that could follow; else at once.
    """

    clicked = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._x = 0.0
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.timeout.connect(self._click)
        self.scene().sigMouseClicked.connect(self._scene_clicked)

    def _scene_clicked(self, event: MouseClickEvent) -> None:
        point = self.box.mapFromScene(event.scenePos())
        if event.button() != Qt.MouseButton.LeftButton or not self.box.rect().contains(point):
            return
        self._x = self.frame().x_value(point.x())
        if self.manual:
            self._wait.start(QApplication.doubleClickInterval())
        else:
            self._click()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Undo pan and zoom, in place of the click that came before."""
        self._wait.stop()
        super().mouseDoubleClickEvent(event)

    def _click(self) -> None:
        self.clicked.emit(self._x)
