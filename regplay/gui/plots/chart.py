"""A canvas inside axes: ranges that rest, and the mouse."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from numpy.typing import ArrayLike
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QGraphicsWidget, QWidget

from regplay.gui.plots.annotation_layer import AnnotationLayer
from regplay.gui.plots.axes import Axes, Axis, GridLayer, Marks
from regplay.gui.plots.canvas import BoxItem, Canvas, HoverItem, Layer, Reading
from regplay.gui.plots.frame import Frame
from regplay.gui.plots.paint_devices import SCREEN
from regplay.gui.plots.pyqtgraph_parts import GraphicsScene, MouseClickEvent, ViewBox
from regplay.gui.plots.scale import Range, Scale, extend, extend_decades, with_scale
from regplay.gui.theme import Colors, colors_of, sized, with_fit, zoom_of_text, zoomed
from regplay.gui.widgets import LOOK_EVENTS, Button, as_plain
from regplay.session.session import Annotation

LOCKED = "axes_locked"  # the property of a window in which ranges rest
_LONGEST = 4.0  # times as long as the other, an axis may be by one scale for both

Side = Literal["x", "y"]
_USUAL = "0.000"  # has room beside all plots, so that their left edges line up


class AxisStrip(QGraphicsWidget):
    """Where an axis is drawn: a wheel or a drag there zooms or pans along that axis alone."""

    def __init__(self, parent: QGraphicsWidget, box: ViewBox, axis: int) -> None:
        super().__init__(parent)
        self._box, self._axis = box, axis
        self.zooms_both = False  # where a unit is as long on both

    def wheelEvent(self, event: Any) -> None:
        self._box.wheelEvent(event, axis=None if self.zooms_both else self._axis)
        event.accept()

    def mouseDragEvent(self, event: Any) -> None:
        """Pan; called by pyqtgraph's scene."""
        self._box.mouseDragEvent(event, axis=self._axis)


_GLIDE, _FRAME = 0.18, 1 / 60  # s, from one range to the next; between two steps
_LEAST_WIDTH, _LEAST_HEIGHT = 140, 90  # px at 100 %


class Chart(QGraphicsView):
    """One plot: a view of pyqtgraph's scene, whose unit is a pixel of it.

    Layers are added to `canvas`; ranges follow `cover` and `fix` until the mouse moves them, and
    again after a double click, the key A or the button in the corner.

    Attributes
    ----------
    canvas
        Holds the layers.
    reader
        Called with an x value and the height of the mouse in pixels; says what the hover line
        shows there.
    fit
        The colour of the fit in place of its own, or None.
    manual
        Whether the mouse has moved the ranges.
    is_equal
        Whether a unit is as long on both axes, as far as the ranges allow it; set before them.
    frames
        A signal with the time in seconds at each frame, by which ranges glide; without, they jump.
    is_locked
        Whether ranges stay as they are, whatever the data; `set_locked` changes it. An axis that
        had no range by then takes its first. A chart asks its window for it when it is shown.
    pressed_at
        Where on the screen a button of the mouse was pressed last.
    hover_item
        The kind of item that draws what the mouse reads.
    items_scene
        Pyqtgraph's, which tells clicks from drags.

    Signals
    -------
    clicked
        (float): at which x value, by the left button inside the axes.
    sigDeviceRangeChanged, sigDeviceTransformChanged
        Pyqtgraph's items look for them in their view; nothing changes that they would tell of.
    """

    hover_item = HoverItem
    clicked = Signal(float)
    sigDeviceRangeChanged = Signal(object, object)
    sigDeviceTransformChanged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ensurePolished()  # by which the theme's font for its class becomes its own
        self.fit: str | None = None
        self.reader: Callable[[float, float], Reading | None] | None = None
        self.manual = False
        self.is_equal = False
        self.frames: SignalInstance | None = None
        self.is_locked = False
        self._unplaced: set[Side] = set()  # axes that had no range when they were locked
        self._begun: Mapping[Side, Range] | None = None  # the ranges that a glide began with
        self._begun_at: float | None = None
        self._goal: Mapping[Side, Range] | None = None  # None: what the data ask for
        self._glide = _GLIDE
        self.pressed_at = QPointF()
        self._is_held = False
        self._log = {"x": False, "y": False}
        self._auto: dict[str, Range | None] = {"x": None, "y": None}
        self._frame: Frame | None = None
        self._names: dict[Side, str] = {"x": "", "y": ""}
        self._marks: dict[str, Marks | None] = {"x": None, "y": None}

        self.box = ViewBox(enableMenu=False, defaultPadding=0)
        self.box.disableAutoRange()
        self._look_like_a_widget()
        self.items_scene = GraphicsScene(parent=self)
        self.setScene(self.items_scene)
        center = self._center = QGraphicsWidget()  # PySide loses what nobody holds
        self.items_scene.addItem(center)
        self.setAcceptDrops(False)  # a file that is dropped here is for the window
        self.box.setParentItem(center)
        self._strips = {0: AxisStrip(center, self.box, 0), 1: AxisStrip(center, self.box, 1)}

        self.canvas = Canvas(self, self.box)
        self.canvas.under.append(GridLayer(self.axes))
        self._annotations = AnnotationLayer()
        self.hover = self.hover_item(self, self.box)
        self.reset_button = Button(self)
        self.reset_button.setText("A")
        self.reset_button.setToolTip("Back to the whole plot (A, or double click)")
        self.reset_button.clicked.connect(self.show_whole)
        self.reset_button.hide()
        self.items_scene.sigMouseClicked.connect(self._scene_clicked)
        self.box.sigRangeChanged.connect(self._redraw)
        self.box.sigResized.connect(self._box_resized)
        self.box.sigRangeChangedManually.connect(self._moved_by_mouse)

    def _look_like_a_widget(self) -> None:
        """Without frame and scroll bars; of its background, the axes, Qt keeps a picture."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setCacheMode(self.CacheModeFlag.CacheBackground)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # nothing would show that Tab has come here
        self.setMouseTracking(True)

    # what the canvas draws by

    @property
    def colors(self) -> Colors:
        """What everything is drawn in at this moment."""
        return with_fit(colors_of(self), self.fit)

    def set_fit_color(self, color: str | None) -> None:
        """Draw the fit in the colour of its run, or in its own."""
        if color != self.fit:
            self.fit = color
            self._redraw()

    def frame(self) -> Frame:
        """How data become pixels at this moment."""
        ratio = self.devicePixelRatioF()
        if self._frame is None or self._frame.ratio != ratio:
            rect, x, y = self.box.rect(), self.scale_of("x"), self.scale_of("y")
            width, height = max(rect.width(), 1.0), max(rect.height(), 1.0)
            self._frame = Frame(width, height, x, y, ratio, self.colors, SCREEN, zoom_of_text())
        return self._frame

    def scale_of(self, axis: Side) -> Scale:
        """Which values are where along an axis, at this moment."""
        low, high = self.box.viewRange()[axis == "y"]
        return Scale(low, high, self._log[axis])

    def axes(self) -> Axes:
        """What stands at both axes at this moment."""
        sides: tuple[Side, Side] = ("x", "y")
        x, y = (Axis(one, self.scale_of(one), self._names[one], self._marks[one]) for one in sides)
        return Axes(x, y, self._aspect())

    def _aspect(self) -> float | None:
        """By the ranges of the data: those of a mouse that zooms have the same proportion."""
        x, y = self._auto["x"], self._auto["y"]
        if not self.is_equal or x is None or y is None:
            return None
        aspect = (x[1] - x[0]) / (y[1] - y[0])
        return aspect if 1 / _LONGEST <= aspect <= _LONGEST else None

    def layers(self) -> list[Layer]:
        """What is drawn inside the axes, from bottom to top."""
        return [*self.canvas.under, *self.canvas.live, *self.canvas.over]

    def refresh(self) -> None:
        """The live layers have new data: draw them, and the hover line's values."""
        self.canvas.update_live()
        self.hover.read_again()

    def set_annotations(self, annotations: tuple[Annotation, ...]) -> None:
        """Draw these over all else that is inside the axes."""
        layer, over = self._annotations, self.canvas.over
        if annotations != layer.annotations:
            layer.annotations = annotations
            if layer in over:
                over.remove(layer)
            if annotations:
                over.append(layer)
            self.canvas.rest()

    # ranges

    def cover(self, axis: Side, values: ArrayLike, steps: int = 5) -> None:
        """Let the range of an axis hold `values` too; a range that holds them rests."""
        now = self._auto[axis]
        grown = extend_decades(now, values) if self._log[axis] else extend(now, values, steps)
        if grown is not now and grown is not None:
            self._auto[axis] = grown
            self._follow(axis)

    def settle(self, axis: Side, values: ArrayLike, steps: int = 5) -> None:
        """Give a linear axis the range that it would have if it had only ever held `values`."""
        wanted = extend(None, values, steps)
        if wanted is not None:
            self.fix(axis, *wanted)

    def fix(self, axis: Side, low: float, high: float) -> None:
        """Set the range of an axis; on a logarithmic one these are exponents of ten."""
        if self._auto[axis] != (low, high):
            self._auto[axis] = (low, high)
            self._follow(axis)

    def forget(self, *axes: Side) -> None:
        """Start the ranges of these axes anew with the next `cover`."""
        self._auto |= dict.fromkeys(axes)

    def auto_range(self, axis: Side) -> Range | None:
        """The range that the data ask for, whether or not the mouse moved the plot."""
        return self._auto[axis]

    def reset_ranges(self, seconds: float = _GLIDE) -> None:
        """Undo pan and zoom, by a glide of so many seconds where there are frames for it."""
        self.manual, self._goal = False, None
        self.reset_button.hide()
        if self._ranges() != self._auto:
            self._follow("x", "y")
            self._glide = seconds

    def show_ranges(self, x: Range, y: Range, seconds: float = _GLIDE) -> None:
        """Go to these ranges as if the mouse had moved the plot there, by a glide as ever."""
        self._end_glide()
        self._moved_by_mouse()
        if self.frames is None or not self.isVisible():
            self.box.setRange(xRange=x, yRange=y, padding=0)
            return
        self._goal = {"x": x, "y": y}
        self._begin_glide(seconds)

    def show_whole(self) -> None:
        """Undo pan and zoom, as a person asks for it: also where ranges are locked."""
        is_locked, self.is_locked = self.is_locked, False
        self.reset_ranges()
        self.is_locked = is_locked
        if is_locked and self._begun is not None:  # what is locked glides to a goal alone
            now = self._ranges()
            self._goal = {axis: self._auto[axis] or now[axis] for axis in now}

    def set_locked(self, locked: bool) -> None:
        """Let the ranges stay as they are, as for a recording, or follow the data again."""
        if locked != self.is_locked:
            self.is_locked = locked
            self._unplaced = {axis for axis in self._names if locked and not self._auto[axis]}
            self._end_glide()
            self._show("x", "y")

    def hold_ranges(self, holds: bool) -> None:
        """Let the ranges rest, as while a point is dragged; what they miss comes afterwards."""
        if holds != self._is_held:
            self._is_held = holds
            self._show("x", "y")

    @property
    def _rests(self) -> bool:
        return self.manual or self._is_held or self.is_locked

    def _show(self, *axes: Side) -> None:
        for axis in axes:
            wanted = self._auto[axis]
            if wanted is not None and (not self._rests or axis in self._unplaced):
                self._unplaced.discard(axis)
                self.box.setRange(**{f"{axis}Range": wanted}, padding=0)

    def _follow(self, *axes: Side) -> None:
        """Go to the ranges that the data ask for: by a glide, where there are frames for it."""
        if self.frames is None or self._rests or not self.isVisible():
            self._show(*axes)
            return
        self._begin_glide(_GLIDE)

    def _begin_glide(self, seconds: float) -> None:
        assert self.frames is not None
        if self._begun is None:
            self.frames.connect(self._step_glide)
        self._begun, self._begun_at = self._ranges(), None  # with all of the time
        self._glide = seconds

    def _ranges(self) -> dict[Side, Range]:
        (left, right), (low, high) = self.box.viewRange()
        return {"x": (left, right), "y": (low, high)}

    def _step_glide(self, now: float) -> None:
        if self._begun is None:
            return
        if self._begun_at is None:
            self._begun_at = now - _FRAME
        gone, goal = (now - self._begun_at) / self._glide, self._goal
        if gone >= 1 or (self._rests and goal is None):
            self._end_glide()
            if goal is None:
                self._show("x", "y")
            else:
                self.box.setRange(xRange=goal["x"], yRange=goal["y"], padding=0)
            self._redraw()  # pyqtgraph doesn't tell of a last step that is very small
            return
        share, ranges = 1 - (1 - gone) ** 3, {}  # fast first, then slower
        for axis, before in self._begun.items():
            wanted = (goal or self._auto)[axis] or before
            ranges[f"{axis}Range"] = tuple(
                start + share * (end - start) for start, end in zip(before, wanted, strict=True)
            )
        self.box.setRange(**ranges, padding=0)

    def _end_glide(self) -> None:
        if self._begun is not None and self.frames is not None:
            self.frames.disconnect(self._step_glide)
            self._begun = self._goal = None

    def is_log(self, axis: Side) -> bool:
        """Whether an axis is logarithmic."""
        return self._log[axis]

    def set_log(self, axis: Side, log: bool) -> None:
        """Make an axis logarithmic or linear; its range starts anew with the next `cover`.

        Until then it has about the same ends.
        """
        if log == self._log[axis]:
            return
        self._log[axis], ends = log, self._ranges()[axis]
        self.forget(axis)
        self._end_glide()
        self.box.setRange(**{f"{axis}Range": with_scale(ends, is_log=log)}, padding=0)
        self.reset_ranges()
        self._end_glide()
        self._redraw()

    def _box_resized(self, *_: Any) -> None:
        self._fit_items()
        self._redraw()

    def _fit_items(self) -> None:
        for item in [*self.box.childItems(), *self.box.parentItem().childItems()]:
            if isinstance(item, BoxItem):
                item.fit_box()

    def _redraw(self, *_: Any) -> None:
        self._frame = None
        self._place_box()
        self.canvas.rest()
        self.hover.read_again()

    def _place_box(self) -> None:
        """Put the inside of the axes where they leave room, and draw these anew."""
        area = QRectF(self.viewport().rect()).adjusted(2, 0, -2, -2)
        axes = self.axes()
        for strip in self._strips.values():
            strip.zooms_both = axes.aspect is not None
        inside = axes.inside(area, QFontMetricsF(self.font()), _USUAL)
        if inside != self.box.geometry():
            self.box.setGeometry(inside)
            below = QRectF(inside.left(), inside.bottom(), inside.width(), area.bottom())
            self._strips[0].setGeometry(below)
            self._strips[1].setGeometry(QRectF(0, inside.top(), inside.left(), inside.height()))
            self._fit_items()
        self.resetCachedContent()
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Let pyqtgraph's items know before."""
        self.items_scene.prepareForPaint()
        super().paintEvent(event)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Draw the ground and the axes; Qt keeps a picture of both."""
        painter.fillRect(rect, QColor(self.colors.background))
        painter.setFont(sized(self.font()))
        self.axes().paint(painter, self.box.geometry(), self.colors)

    def width_at(self, height: float) -> float:
        """Pixels that the chart needs at a height, where one scale for both axes leaves room."""
        area = QRectF(0, 0, 1e4, height - 2)
        axes, metrics = self.axes(), QFontMetricsF(self.font())
        room = replace(axes, aspect=None).inside(area, metrics, _USUAL)
        return 1e4 - room.width() + axes.inside(area, metrics, _USUAL).width() + 2

    def _cut_name(self, place: QPointF) -> str:
        """The name of the axis at a place if it is shown cut short there, else nothing."""
        inside, axes, metrics = self.box.geometry(), self.axes(), QFontMetricsF(self.font())
        beside = {"x": place.y() > inside.bottom(), "y": place.x() < inside.left()}
        for axis, size in ((axes.x, inside.width()), (axes.y, inside.height())):
            if beside[axis.side] and axis.shown_name(size, metrics) != axis.name:
                return axis.name
        return ""

    def _moved_by_mouse(self, *_: Any) -> None:
        self.manual, self._goal = True, None
        self.reset_button.show()

    # looks

    def set_labels(self, x: str, y: str) -> None:
        self._names = {"x": x, "y": y}
        self._redraw()

    def set_ticks(self, axis: Side, marks: Marks | None) -> None:
        """Label an axis by chosen ticks, or by round numbers."""
        self._marks[axis] = marks
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in LOOK_EVENTS and hasattr(self, "canvas"):  # not while it is constructed
            self._redraw()

    def minimumSizeHint(self) -> QSize:
        """Room for the axes and a curve that can be told from a line."""
        return QSize(zoomed(_LEAST_WIDTH), zoomed(_LEAST_HEIGHT))

    def showEvent(self, event: QShowEvent) -> None:
        """Lock the ranges if those of the window are locked."""
        super().showEvent(event)
        if self.window().property(LOCKED):
            self.set_locked(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button in the lower left corner."""
        super().resizeEvent(event)
        self.setSceneRect(QRectF(self.viewport().rect()))
        self.reset_button.adjustSize()
        self.reset_button.move(4, self.height() - self.reset_button.height() - 4)
        self._place_box()

    # mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pan; nothing behind the plot gets the press."""
        self.pressed_at = event.globalPosition()
        super().mousePressEvent(event)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the hover line, or say all of a name that has no room beside its axis."""
        super().mouseMoveEvent(event)
        self._hover_at(event.position())
        self.viewport().setToolTip(as_plain(self._cut_name(event.position())))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.items_scene.leaveEvent(event)
        self.hover.leave()

    def place_of(self, position: QPointF) -> QPointF:
        """Where a place of the viewport is inside the axes, px from their upper left."""
        found: QPointF = self.box.mapFromScene(self.mapToScene(position.toPoint()))
        return found

    def _hover_at(self, position: QPointF) -> None:
        if self.reader is None:
            return
        point = self.place_of(position)
        if self.box.rect().contains(point):
            self.hover.move(point.x(), point.y())
        else:
            self.hover.leave()

    def _scene_clicked(self, event: MouseClickEvent) -> None:
        point = self.box.mapFromScene(event.scenePos())
        if event.button() == Qt.MouseButton.LeftButton and self.box.rect().contains(point):
            self.clicked.emit(self.frame().x_value(point.x()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Undo pan and zoom."""
        self.show_whole()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom; from then on A is for this plot, as after a click."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo pan and zoom on A; leave all other keys to the window."""
        if event.key() == Qt.Key.Key_A and not event.modifiers():
            self.show_whole()
        else:
            event.ignore()
