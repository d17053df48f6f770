"""Pictures of a network, painted once and then copied; colours and sizes that they share."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from regplay.gui.plots.canvas import Readout, paint_readout
from regplay.gui.plots.scale import LARGEST, nice_step
from regplay.gui.plots.shapes import Segments, pen
from regplay.gui.theme import Colors, Role, colors_of, mix

_LOOKS = (QEvent.Type.FontChange, QEvent.Type.PaletteChange, QEvent.Type.StyleChange)


class KeptPicture(QWidget):
    """What rests is drawn by `draw` and kept; what follows the mouse is drawn over it.

    Nothing is drawn while the widget is hidden.

    Attributes
    ----------
    readout
        What the box beside the mouse says, or None.
    drawn
        How often `draw` was called; a test cares.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own: Colors | None = None
        self.readout: Readout | None = None
        self.drawn = 0
        self._mouse: QPointF | None = None
        self._kept: QPixmap | None = None
        self.setMouseTracking(True)

    def draw(self, painter: QPainter) -> None:
        """Draw everything but what follows the mouse; the ground is there already."""
        raise NotImplementedError

    def draw_over(self, painter: QPainter) -> None:
        """Draw what the mouse points out."""

    def read(self, position: QPointF) -> Readout | None:
        """What to say of the place under the mouse."""
        raise NotImplementedError

    def refresh(self) -> None:
        """There are new data: draw them, and read the place under a mouse that may rest."""
        self._kept = None
        self._read_again()
        self.update()

    @property
    def colors(self) -> Colors:
        """Those of a figure, or else those that go with the palette."""
        return self._own or colors_of(self)

    @property
    def is_figure(self) -> bool:
        """Whether this is a copy that is drawn into a figure, and never on screen."""
        return self._own is not None

    def be_figure(self, colors: Colors) -> None:
        """Be drawn into a figure, in these colours."""
        self._own = colors

    def _read_again(self) -> None:
        self.readout = None if self._mouse is None else self.read(self._mouse)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read what is there."""
        self._mouse = event.position()
        self._read_again()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the box."""
        super().leaveEvent(event)
        self._mouse = None
        self._read_again()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of the font or the palette."""
        super().changeEvent(event)
        if event.type() in _LOOKS:
            self._kept = None
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy what is kept, drawing it first if anything changed."""
        ratio = self.devicePixelRatioF()
        kept, size = self._kept, (self.size().toSizeF() * ratio).toSize()
        if kept is None or kept.size() != size or kept.devicePixelRatio() != ratio:
            kept = self._kept = QPixmap(size)
            kept.setDevicePixelRatio(ratio)
            kept.fill(QColor(self.colors.background))
            inner = QPainter(kept)
            inner.setFont(self.font())
            self.draw(inner)
            inner.end()
            self.drawn += 1
        painter = QPainter(self)
        painter.drawPixmap(0, 0, kept)
        self.draw_over(painter)
        if self.readout is not None and self._mouse is not None:
            bounds = QRectF(self.rect()).adjusted(2, 2, -3, -3)
            paint_readout(painter, bounds, self._mouse, self.readout, self.colors)
        painter.end()


_LEVELS = 255  # odd, so that 0 has a level of its own: the background
# From the first layer to the last, each clear of a white and of a dark ground.
_LAYERS_LIGHT = ("#46327e", "#1f78b4", "#1a9e74", "#b08a00")
_LAYERS_DARK = ("#a58bf0", "#56b4e9", "#54d8a0", "#f2d543")


class Magnitude:
    """A nice number that no absolute value seen so far exceeds.

    It grows by steps of a factor of 2 or 2.5 and never shrinks, so that a picture rests while its
    numbers move, and numbers that shrink are seen to.

    Attributes
    ----------
    value
        1, 2, 2.5 or 5 × 10ᵏ; 1 before anything but 0 was seen.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start anew with the next `cover`."""
        self.value, self._seen = 1.0, 0.0

    def cover(self, values: ArrayLike) -> None:
        """Grow until it holds `values` too; those that are not finite are ignored."""
        sizes = np.abs(np.asarray(values))
        # The maximum alone is enough for nearly every call.
        largest = float(sizes.max(initial=0.0))
        if not np.isfinite(largest):
            largest = float(sizes[np.isfinite(sizes)].max(initial=0.0))
        largest = min(largest, LARGEST)
        if largest > self._seen and largest > 1e-30:
            self._seen = largest
            self.value = nice_step(largest)


def layer_name(index: int, count: int) -> str:
    """What a layer of weights is called: `layer 1` leads into the first hidden layer."""
    return "output" if index == count - 1 else f"layer {index + 1}"


def layer_color(index: int, count: int) -> str:
    """One colour a layer, along a ramp from the first to the last."""

    def find(colors: Colors) -> str:
        ramp = _LAYERS_DARK if colors.dark else _LAYERS_LIGHT
        place = index / max(count - 1, 1) * (len(ramp) - 1)
        lower = min(int(place), len(ramp) - 2)
        return mix(ramp[lower], ramp[lower + 1], place - lower)

    return Role(f"layer {index} of {count}", find)


def sign_color(value: float, colors: Colors) -> str:
    """The colour of positive and that of negative numbers."""
    return colors.valid if value < 0 else colors.train


@lru_cache(maxsize=4)
def signed_table(colors: Colors) -> NDArray[np.uint32]:
    """Colours from −1 over 0 (the background) to 1, as 0xAARRGGBB; for `signed_levels`."""
    places = np.linspace(-1, 1, _LEVELS)
    mixed = [mix(colors.background, sign_color(p, colors), abs(p)) for p in places]
    return np.array([QColor(color).rgb() for color in mixed], dtype=np.uint32)


def signed_levels(values: NDArray[np.float32], largest: float) -> NDArray[np.intp]:
    """Which colour of `signed_table` each value in ±`largest` has; NaN has that of 0."""
    with np.errstate(all="ignore"):
        scaled = np.nan_to_num(values / largest, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1, 1)
    levels: NDArray[np.intp] = np.rint((scaled + 1) * (_LEVELS // 2)).astype(np.intp)
    return levels


_HEADROOM = 1.12  # so that a curve at its largest value stays off the frame


class UnitPictures:
    """Draws units."""

    def __init__(self) -> None:
        self._segments = Segments()

    def paint(
        self,
        painter: QPainter,
        rects: Sequence[QRectF],
        values: NDArray[np.float32],
        largest: float,
        colors: Colors,
    ) -> None:
        """Draw units into squares, each with a frame around it.

        Parameters
        ----------
        values
            [units, rows, columns], the first row at the bottom, or [units, points]; or [units], one
            number each, which fills the square.
        largest
            The absolute value that has the full colour or the full height.
        """
        if values.ndim == 2:
            for rect, heights in zip(rects, values, strict=True):
                self._paint_curve(painter, rect, heights, largest, colors)
        else:
            levels = signed_levels(
                values.reshape(len(values), *(values.shape[1:] or (1, 1))), largest
            )
            for rect, pixels in zip(rects, signed_table(colors)[levels[:, ::-1]], strict=True):
                _paint_map(painter, rect, pixels)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(colors.muted), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRects([rect.adjusted(0, 0, -1, -1) for rect in rects])

    def _paint_curve(
        self,
        painter: QPainter,
        rect: QRectF,
        values: NDArray[np.float32],
        largest: float,
        colors: Colors,
    ) -> None:
        painter.fillRect(rect, QColor(colors.background))
        middle, half = rect.center().y(), rect.height() / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(QColor(colors.grid), 1))
        painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.right() - 1, middle))
        with np.errstate(all="ignore"):
            heights = np.nan_to_num(values / (_HEADROOM * largest)).clip(-1, 1)
        x = np.linspace(rect.left() + 1, rect.right() - 1, len(values))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(pen(colors.fit, 1.4 if rect.width() < 60 else 2.0))
        self._segments.draw_through(painter, x, middle - half * heights.astype(float))


def _paint_map(painter: QPainter, rect: QRectF, pixels: NDArray[np.uint32]) -> None:
    """Draw colours [rows, columns] from the top, smooth in between."""
    rows, columns = pixels.shape
    image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    painter.drawImage(rect, image)  # before `pixels`, which the image looks into, are gone
