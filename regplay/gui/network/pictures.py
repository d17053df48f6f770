"""The weights of each layer as histograms, and what all pictures of a network share."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPolygonF
from PySide6.QtWidgets import QWidget

from regplay.core.arrays import Floats, Indices, Singles
from regplay.core.internals import NEAR_ZERO, LayerWeights, near_zero_share
from regplay.core.number_text import counted, number, percent_text
from regplay.gui.plots import LARGEST, Frame, Readout, ReadoutRow, ReadoutWidget, Scale, nice_step
from regplay.gui.theme import ROLES, Colors, Role, hairline, mix, zoomed

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


BINS = 41  # odd, so that the middle one lies around 0


def bin_edges(largest: float) -> Floats:
    """The edges [BINS + 1] of equal bins over ±`largest`."""
    return np.linspace(-largest, largest, BINS + 1)


def binned(weights: Singles, largest: float) -> Indices:
    """How many weights lie in each bin over ±`largest`, [BINS]; those beyond are left out.

    A tenth of the time of `numpy.histogram`, which sorts out uneven bins.
    """
    with np.errstate(all="ignore"):
        places = np.floor((weights / np.float32(largest) + 1) * (BINS / 2))
        inside = np.abs(weights) <= largest  # False for NaN
    return np.bincount(places[inside].astype(np.intp).clip(0, BINS - 1), minlength=BINS)


def nice_count(count: int) -> int:
    """The smallest of 4, 8 and 20 × 10ᵏ that is not below `count`: a quarter is whole, too."""
    return round(nice_step(max(count, 3), of=(2, 4, 8, 20)))


def _steps(frame: Frame, edges: Floats, counts: Indices) -> QPolygonF:
    """The outline of bars, from the lower left corner to the lower right one, in pixels."""
    x = np.repeat(np.round(frame.x(edges)), 2)
    y = np.concatenate([[frame.height], np.repeat(frame.y(np.sqrt(counts)), 2), [frame.height]])
    return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])


def paint_bars(
    painter: QPainter, frame: Frame, edges: Floats, now: Indices, initial: Indices
) -> None:
    """Draw the counts now, filled, and the initial ones over them, as an outline."""
    colors = frame.colors
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    outline = _steps(frame, edges, initial)
    for polygon, color in (
        (outline, mix(colors.background, colors.muted, 0.22)),
        (_steps(frame, edges, now), mix(colors.background, colors.norm, 0.75)),
    ):
        painter.setBrush(QColor(color))
        painter.drawPolygon(polygon)
    painter.setPen(hairline(colors.muted, frame.zoom))
    painter.drawPolyline(outline)


def paint_ticks(painter: QPainter, frame: Frame, largest: float, top: int) -> None:
    """Draw lines at a count of `top` and a quarter of it, and at weights of 0 and ±`largest`.

    On a scale of roots a quarter has half the height.
    """
    colors, metrics, zoom = frame.colors, QFontMetricsF(painter.font()), frame.zoom
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for count in (top, top // 4):
        y = round(float(frame.y(np.sqrt(count))))
        painter.setPen(hairline(colors.grid, zoom))
        painter.drawLine(QPointF(0, y), QPointF(frame.width, y))
        painter.setPen(QColor(colors.foreground))
        text, down = _short(count), (metrics.ascent() - metrics.descent()) / 2
        left = -_AWAY * zoom - metrics.horizontalAdvance(text)
        painter.drawText(QPointF(left, y + down), text)
    for weight, share in ((-largest, 0.0), (0.0, 0.5), (largest, 1.0)):
        x = round(float(frame.x(weight)))
        painter.setPen(hairline(colors.grid, zoom))
        painter.drawLine(QPointF(x, 0), QPointF(x, frame.height + 3 * zoom))
        text = number(weight, 3)
        width = metrics.horizontalAdvance(text)
        # The outer ones end with the plot, or they would run into those of its neighbours.
        painter.setPen(QColor(colors.foreground))
        painter.drawText(
            QPointF(x - share * width, frame.height + _AWAY * zoom + metrics.ascent()), text
        )
    painter.setPen(hairline(colors.muted, zoom))
    painter.drawLine(QPointF(0, frame.height), QPointF(frame.width, frame.height))


def _short(count: int) -> str:
    """A count in four characters or fewer."""
    return str(count) if count < 1000 else f"{count / 1000:.3g}k"


# Pixels at 100 %.
_NARROW = 104.0  # of a panel below which there are two rows of them
_GAP = 10.0  # between panels
_TICKS, _AWAY = 30.0, 4.0  # left of a plot, for counts; from a plot to a number
_SWATCH = 12.0


# From a layer's name, the count of its weights and the share of them that are near zero: the title
# on one line, on two, and shortened on two.
_FITS: tuple[Callable[[str, str, str], tuple[str, ...]], ...] = (
    lambda name, count, share: (f"{name} · {count} · {share}",),
    lambda name, count, share: (f"{name} · {count}", share),
    lambda name, count, share: (f"{name} · {count.split()[0]}", share),
)


@dataclass
class _ShownLayer:
    """What is shown of one layer."""

    weights: LayerWeights
    top: int  # weights in one bin that the plot has room for
    now: Indices  # [BINS]
    initial: Indices  # [BINS]
    near_zero: float


class Histograms(ReadoutWidget):
    """Weights now, filled, and before training, as an outline; heights are roots of the counts.

    All panels share the range of weights, so that layers compare; each has its own counts.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._weights: tuple[LayerWeights, ...] = ()
        self._layers: list[_ShownLayer] | None = []  # None until someone looks
        self._range = Magnitude()
        self._tops: list[int] = []
        self._initial: dict[int, tuple[Singles, float, Indices]] = {}

    def sizeHint(self) -> QSize:
        """Room for four panels."""
        return QSize(520, 190)

    def minimumSizeHint(self) -> QSize:
        """Room for two panels below as many, and their titles."""
        return QSize(zoomed(200), zoomed(190))

    def set_layers(self, layers: tuple[LayerWeights, ...]) -> None:
        """Show these; ranges grow until `forget` or another number of layers."""
        if len(layers) != len(self._weights):
            self.forget()
        self._weights, self._layers = layers, None
        self.refresh()

    def forget(self) -> None:
        """Another run: ranges start anew with the next weights."""
        self._range.forget()
        self._tops.clear()
        self._initial.clear()

    def bins(self) -> tuple[Floats, list[tuple[Indices, Indices]]]:
        """The edges [BINS + 1] of the bins, and of each layer the counts [BINS] now and before."""
        counts = [(layer.now, layer.initial) for layer in self._counted()]
        return bin_edges(self._range.value), counts

    def _counted(self) -> list[_ShownLayer]:
        """The layers, counted when someone looks and not before."""
        if self._layers is not None:
            return self._layers
        for layer in self._weights:
            self._range.cover(layer.now)
            self._range.cover(layer.initial)
        largest = self._range.value
        self._tops += [0] * (len(self._weights) - len(self._tops))
        self._layers = []
        for index, layer in enumerate(self._weights):
            now, initial = binned(layer.now, largest), self._initial_counts(index, largest)
            top = max(self._tops[index], nice_count(int(max(now.max(), initial.max()))))
            self._tops[index] = top
            self._layers.append(_ShownLayer(layer, top, now, initial, near_zero_share(layer.now)))
        return self._layers

    def _initial_counts(self, index: int, largest: float) -> Indices:
        weights = self._weights[index].initial
        kept = self._initial.get(index)
        if kept is None or kept[0] is not weights or kept[1] != largest:
            kept = self._initial[index] = (weights, largest, binned(weights, largest))
        return kept[2]

    # what a person reads

    def read(self, position: QPointF) -> Readout | None:
        """The bin under the mouse."""
        layers = self._counted()
        rects = self.plot_rects(self.frame(), QFontMetricsF(self.font()))
        for index, (layer, plot) in enumerate(zip(layers, rects, strict=True)):
            if not plot.contains(position):
                continue
            edges = bin_edges(self._range.value)
            share = (position.x() - plot.left()) / plot.width()
            at = int(np.clip(share * BINS, 0, BINS - 1))
            return Readout(
                f"{layer_name(index, len(layers))}: "
                f"{number(edges[at], 3)} … {number(edges[at + 1], 3)}",
                (
                    ReadoutRow("now", f"{layer.now[at]:,}", ROLES.norm),
                    ReadoutRow("initial", f"{layer.initial[at]:,}", ROLES.muted),
                ),
            )
        return None

    # where things are

    def _panels(self, frame: Frame) -> list[QRectF]:
        """A rectangle for each layer, with its title and its ticks."""
        count = len(self._weights)
        if not count:
            return []
        gap = _GAP * frame.zoom
        rows = 1 if (frame.width + gap) / count - gap >= _NARROW * frame.zoom else 2
        columns = -(-count // rows)
        width = (frame.width - (columns - 1) * gap) / columns
        height = frame.height / rows
        places = (divmod(index, columns) for index in range(count))
        return [QRectF(c * (width + gap), r * height, width, height) for r, c in places]

    def plot_rects(self, frame: Frame, metrics: QFontMetricsF) -> list[QRectF]:
        """Inside the axes of each panel, in pixels."""
        line, ticks = metrics.height(), round(_TICKS * frame.zoom)
        lines = max(map(len, self.title_lines(frame, metrics)), default=1)
        top = line * lines + 7 * frame.zoom
        return [
            QRectF(
                round(panel.left()) + ticks,
                round(panel.top() + top),
                max(round(panel.width()) - ticks - 3, 1),
                max(round(panel.height() - top - line - 6 * frame.zoom), 1),
            )
            for panel in self._panels(frame)
        ]

    def title_lines(self, frame: Frame, metrics: QFontMetricsF) -> list[tuple[str, ...]]:
        """What each panel has over it: the title on one line, or on two, or shortened on two."""
        layers, panels = self._counted(), self._panels(frame)
        for fit in _FITS:
            parts = [_title(layer, index, len(layers)) for index, layer in enumerate(layers)]
            lines = [fit(*part) for part in parts]
            # As wide as a share can make it, so that no title breaks while the number changes.
            longest = [text for name, count, _ in parts for text in fit(name, count, _share(1.0))]
            widest = max(map(metrics.horizontalAdvance, longest), default=0)
            if not panels or widest + _SWATCH * frame.zoom <= panels[0].width():
                break
        return lines

    # painting

    def draw(self, painter: QPainter, frame: Frame) -> None:
        metrics, largest = QFontMetricsF(painter.font()), self._range
        layers, titles = self._counted(), self.title_lines(frame, metrics)
        rects = zip(self._panels(frame), self.plot_rects(frame, metrics), strict=True)
        for index, (layer, (panel, plot)) in enumerate(zip(layers, rects, strict=True)):
            self._draw_title(painter, frame, panel, titles[index], index)
            scales = Scale(-largest.value, largest.value), Scale(0.0, 1.04 * layer.top**0.5)
            size = plot.width(), plot.height()
            inside = Frame(*size, *scales, frame.ratio, frame.colors, frame.device, frame.zoom)
            painter.save()
            painter.translate(plot.topLeft())
            paint_ticks(painter, inside, largest.value, layer.top)
            paint_bars(painter, inside, bin_edges(largest.value), layer.now, layer.initial)
            painter.restore()

    def _draw_title(
        self, painter: QPainter, frame: Frame, panel: QRectF, lines: tuple[str, ...], index: int
    ) -> None:
        metrics, zoom = QFontMetricsF(painter.font()), frame.zoom
        baseline, left = panel.top() + metrics.ascent() + 1, panel.left() + 2
        top = round(baseline - metrics.ascent() / 2 - zoom)
        swatch = QRectF(left, top, 8 * zoom, 4 * zoom)
        painter.fillRect(swatch, QColor(frame.colors.of(layer_color(index, len(self._weights)))))
        painter.setPen(QColor(frame.colors.foreground))
        for number_of_line, text in enumerate(lines):
            height = baseline + number_of_line * metrics.height()
            painter.drawText(QPointF(left + _SWATCH * zoom, height), text)


def _title(layer: _ShownLayer, index: int, layers: int) -> tuple[str, str, str]:
    """A layer's name, the number of its weights, and the share of them that are near zero."""
    words = counted(layer.weights.now.size, "weight")
    return layer_name(index, layers), words, _share(layer.near_zero)


def _share(near_zero: float) -> str:
    return f"{percent_text(near_zero)} under {NEAR_ZERO:g}"
