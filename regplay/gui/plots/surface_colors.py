"""How what is predicted over two inputs becomes colours, and their scale beside a chart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from regplay.core.arrays import Floats, Indices
from regplay.core.datasets import Dataset
from regplay.core.number_text import number, tick_text
from regplay.gui.plots.scale import Range, Scale, Tick, extend
from regplay.gui.plots.shapes import argb, fill_polygon
from regplay.gui.theme import ROLES, Colors, colors_of, hairline, mix, sized, unit_of
from regplay.gui.widgets import as_plain

Colored = NDArray[np.uint32]  # 0xAARRGGBB
Coloring = Callable[[Colors], Colored]  # in the colours of a scheme
_LEVELS = 64
# Cividis (Nuñez, Anderton & Renslow, 2018): even in lightness, the same to colour-blind eyes.
_CIVIDIS = ("#00224e", "#35456c", "#666970", "#948e77", "#c8b866", "#fee838")


def class_table(colors: Colors, classes: int) -> NDArray[np.uint32]:
    """Colours [classes, levels]: each class's hue, from the background up with confidence.

    The most is a third of the hue: the points have all of it, and are seen on any class.
    """
    steps = 0.05 + 0.3 * np.linspace(0, 1, _LEVELS)
    return np.stack(
        [
            argb([mix(colors.background, colors.class_color(k), share) for share in steps])
            for k in range(classes)
        ]
    )


def value_colors(levels: int = _LEVELS) -> list[str]:
    """Colours from the lowest value to the highest."""
    places = np.linspace(0, len(_CIVIDIS) - 1, levels)
    lower = np.minimum(places.astype(int), len(_CIVIDIS) - 2)
    return [
        mix(_CIVIDIS[i], _CIVIDIS[i + 1], float(p - i)) for i, p in zip(lower, places, strict=True)
    ]


def value_levels(values: Floats, low: float, high: float) -> Indices:
    """Which of the colours each value has; those that are not finite have the lowest."""
    with np.errstate(all="ignore"):
        scaled = (values - low) / (high - low) * _LEVELS
        return np.nan_to_num(scaled, nan=0.0).clip(0, _LEVELS - 1).astype(np.intp)


def confidence_levels(probabilities: Floats) -> tuple[Indices, Indices]:
    """The most probable class, and how sure it is from 0 (all alike) to the highest level."""
    winner = probabilities.argmax(axis=-1)
    top = np.take_along_axis(probabilities, winner[..., None], axis=-1)[..., 0]
    chance = 1 / probabilities.shape[-1]
    return winner, value_levels(top, chance, 1.0)


UNSURE = 0.3  # share of the foreground's colour in a band of ±1 σ; half of it in one of ±2 σ
_SHADES = 16  # from none to that share
_SOFT = 0.5  # σ across the edge of a band: it runs smoothly over a coarse grid


class SurfaceColors:
    """The colours of one dataset's surface and of its points.

    Attributes
    ----------
    values
        The range that the colours of a regression span, in the target's units.
    """

    def __init__(self) -> None:
        self.values: Range = (0.0, 1.0)
        self._classes = 0

    def set_dataset(self, dataset: Dataset) -> None:
        """Take the classes, or the range of the targets."""
        self._classes = len(dataset.class_names)
        if not self._classes:
            seen = np.concatenate([dataset.train.y, dataset.valid.y])
            self.values = extend(None, seen, steps=10) or (0.0, 1.0)

    def pixels(self, predicted: Floats, unsure: Floats | None = None) -> Coloring:
        """Colours [rows, columns] as 0xAARRGGBB, in any scheme.

        Parameters
        ----------
        predicted
            [rows, columns] values or [rows, columns, classes] probabilities.
        unsure
            Of classes, how much to shade each point [rows, columns], from 0 to 1.
        """
        if not self._classes:
            return value_pixels(predicted, self.values)
        winner, sure = confidence_levels(predicted)
        shade = 0 if unsure is None else np.rint(unsure * _SHADES).astype(np.intp)
        classes = self._classes
        return lambda colors: _shaded_table(colors, classes)[shade, winner, sure]

    def fills(self, y: NDArray[np.generic]) -> tuple[Sequence[str], Indices]:
        """Colours that points have, and which of them each of the targets [n] has."""
        if self._classes:
            return ROLES.classes, np.asarray(y, dtype=np.intp) % len(ROLES.classes)
        return value_colors(), value_levels(np.asarray(y, dtype=float), *self.values)


def value_pixels(values: Floats, span: Range) -> Coloring:
    """Colours as 0xAARRGGBB of values of any shape, over a range; the same in any scheme."""
    levels = value_levels(values, *span)
    return lambda _: _value_table()[levels]


def overlap(mean: Floats, std: Floats) -> Floats:
    """Where it is open which class is the most probable one.

    Parameters
    ----------
    mean, std
        Of probabilities [.., classes].

    Returns
    -------
    [..]: 1 where ± one standard deviation of the most probable class and of another overlap, a half
    where ± two do, 0 elsewhere, with soft edges. Of two classes that is where such a band around
    the probability holds a half.
    """
    classes = mean.shape[-1]
    top = mean.argmax(axis=-1)[..., None]
    here, away = np.take_along_axis(mean, top, -1), np.take_along_axis(std, top, -1)
    with np.errstate(all="ignore"):  # networks that agree, or diverged
        apart = np.where(np.arange(classes) == top, np.inf, (here - mean) / (away + std))
    apart = np.where(np.isnan(apart), np.inf, apart).min(axis=-1)  # in standard deviations
    one, two = ((k - apart) / _SOFT + 0.5 for k in (1, 2))
    shades: Floats = (one.clip(0, 1) + two.clip(0, 1)) / 2
    return shades


@lru_cache(maxsize=8)  # a point that is dragged asks for it in each frame
def _shaded_table(colors: Colors, classes: int) -> Colored:
    """Colours [shades, classes, levels]."""
    table, shade = class_table(colors, classes), int(colors.foreground[1:], 16)
    shares = UNSURE * np.linspace(0, 1, _SHADES + 1)
    return np.stack([_mixed(table, shade, share) for share in shares])


@cache
def _value_table() -> Colored:
    return argb(value_colors())


def _mixed(table: Colored, shade: int, share: float) -> Colored:
    """Colours with a share of one other in them."""
    mixed = np.full_like(table, 0xFF000000)
    for shift in (16, 8, 0):
        here, other = (table >> shift) & 0xFF, (shade >> shift) & 0xFF
        mixed |= np.rint(here + (other - here.astype(float)) * share).astype(np.uint32) << shift
    return mixed


_LEFT, _ACROSS = 6.0, 12.0  # pixels before the bar, and of the bar
_TICK, _AWAY = 4.0, 3.0  # pixels of a tick, and from there to its text
_MARGIN = 6.0  # pixels right of the longest text
_ROOM = 26.0  # pixels that a label takes along the bar
_TIP = 6.0  # pixels, height of the arrowhead at an end that values lie beyond
_USUAL = ("validation loss", "−00.000")  # as wide as these at least


@dataclass(frozen=True)
class Bar:
    """Colours from the lowest value to the highest, with round values beside them.

    Attributes
    ----------
    scale
        Which values the colours stand for; None where there are no values.
    name
        What they measure.
    levels
        Values with a contour line, which are labelled in place of round ones.
    beyond
        Whether values lie below the lower end, and above the upper one: they have the colour of
        that end, and the bar ends in an arrowhead there.
    """

    scale: Scale | None = None
    name: str = ""
    levels: tuple[float, ...] = ()
    beyond: tuple[bool, bool] = (False, False)

    def ticks(self, height: float, metrics: QFontMetricsF) -> list[Tick]:
        """What is labelled on so many pixels."""
        if self.scale is None:
            return []
        if self.levels:
            spacing = self.levels[1] - self.levels[0] if len(self.levels) > 1 else 1.0
            largest = max(map(abs, self.levels))
            texts = [tick_text(level, spacing, largest) for level in self.levels]
            shares = self.scale.shares(self.levels).tolist()
            return [Tick(share, text) for share, text in zip(shares, texts, strict=True)]
        ends = [float(end) for end, is_beyond in enumerate(self.beyond) if is_beyond]
        found = [Tick(end, text) for end, text in zip(ends, self.end_texts(), strict=True)]
        ticks = self.scale.ticks(max(1, min(7, int(height / (_ROOM * unit_of(metrics))))))
        found += [
            tick
            for tick in ticks
            if tick.text and all(abs(tick.share - end) * height >= metrics.height() for end in ends)
        ]
        return found

    def end_texts(self) -> list[str]:
        """What the colours of the ends stand for, where values lie beyond: `≥ 0.4`."""
        if self.scale is None:
            return []
        signs = zip("≤≥", self.scale.ends, self.beyond, strict=True)
        return [f"{sign} {number(end, 2)}" for sign, end, is_beyond in signs if is_beyond]

    def width(self, metrics: QFontMetricsF) -> float:
        """Pixels from left to right that it takes."""
        named = metrics.horizontalAdvance(_USUAL[0]) + (_LEFT + _MARGIN) * unit_of(metrics)
        return max(self.least_width(metrics, _USUAL[1]), named)

    def least_width(self, metrics: QFontMetricsF, *texts: str) -> float:
        """As many as its numbers need, and other texts beside it; its name may be cut."""
        unit = unit_of(metrics)
        shown = [tick.text for tick in self.ticks(7 * _ROOM * unit, metrics)]
        widest = max((metrics.horizontalAdvance(text) for text in [*shown, *texts]), default=0.0)
        return (_LEFT + _ACROSS + _TICK + _AWAY + _MARGIN) * unit + widest

    def paint(self, painter: QPainter, place: QRectF, colors: Colors) -> None:
        """Draw it as high as a rectangle, at its left edge, and over it the name."""
        metrics = QFontMetricsF(painter.font())
        unit = unit_of(metrics)
        painter.setPen(QColor(colors.foreground))
        room, left = place.width() - _LEFT * unit, place.left() + _LEFT * unit
        name = metrics.elidedText(self.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(left, place.top() - _TIP * unit - metrics.descent()), name)
        if self.scale is None or place.height() <= 0:
            return
        bar = QRectF(left, place.top(), _ACROSS * unit, place.height())
        gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
        shades = [QColor(color) for color in value_colors(11)]
        for index, shade in enumerate(shades):
            gradient.setColorAt(index / (len(shades) - 1), shade)
        painter.fillRect(bar, gradient)
        self._paint_tips(painter, bar, shades, _TIP * unit)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for tick in self.ticks(bar.height(), metrics):
            y = round(bar.bottom() - tick.share * bar.height())
            if self.levels:
                for color, thick in ((colors.background, 3), (colors.foreground, 1)):
                    painter.setPen(hairline(color, thick * unit))
                    painter.drawLine(QLineF(bar.left() - 1, y, bar.right() + 1, y))
            painter.setPen(hairline(colors.muted, unit))
            painter.drawLine(QLineF(bar.right(), y, bar.right() + _TICK * unit, y))
            painter.setPen(QColor(colors.foreground))
            baseline = y + (metrics.ascent() - metrics.descent()) / 2
            painter.drawText(QPointF(bar.right() + (_TICK + _AWAY) * unit, baseline), tick.text)

    def _paint_tips(
        self, painter: QPainter, bar: QRectF, shades: Sequence[QColor], length: float
    ) -> None:
        edges = ((bar.bottom(), length, shades[0]), (bar.top(), -length, shades[-1]))
        for (edge, tip, shade), is_beyond in zip(edges, self.beyond, strict=True):
            if is_beyond:
                corners = (bar.left(), edge), (bar.right(), edge), (bar.center().x(), edge + tip)
                fill_polygon(painter, corners, shade.name())


class ColorBar(QWidget):
    """A `Bar` beside a chart, as high as the inside of its axes.

    Attributes
    ----------
    bar
        What is shown; `set_bar` changes it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = Bar()
        self._span: tuple[float, float] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)

    def set_bar(self, bar: Bar) -> None:
        """Show another one; nothing is drawn again if it is the same."""
        if bar == self.bar:
            return
        self.bar = bar
        tip = "\n".join([bar.name, *bar.end_texts()])
        if bar.scale is not None and not any(bar.beyond):
            tip += f": {' to '.join(map(number, bar.scale.ends))}"
        self.setToolTip(as_plain(tip))
        self.updateGeometry()
        self.update()

    def set_span(self, top: float, bottom: float) -> None:
        """Let the colours reach from one height to another, in pixels from the top.

        Otherwise they are as high as a plot that takes all the room beside them.
        """
        if (top, bottom) != self._span:
            self._span = (top, bottom)
            self.update()

    def labels(self) -> list[str]:
        """What is written beside the colours, rising."""
        return [tick.text for tick in self.bar.ticks(self.place().height(), self._metrics())]

    def place(self) -> QRectF:
        """Where the colours are: below the name, down to the axis of the chart beside it."""
        line, unit = self._metrics().height(), unit_of(self._metrics())
        # Room for its name, and below for what the axis beside it has.
        top, below = line + (_TIP + 4) * unit, 2 * line + 12 * unit
        place = QRectF(0, top, self.width(), self.height() - top - below)
        if self._span is not None:
            place.setTop(max(self._span[0], top))
            place.setBottom(self._span[1])
        return place

    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(self.font())

    def sizeHint(self) -> QSize:
        """Wide enough for the numbers and for a usual name."""
        return QSize(round(self.bar.width(self._metrics())), 100)

    def minimumSizeHint(self) -> QSize:
        """Wide enough for the numbers; the tooltip has a name that is cut."""
        return QSize(round(self.bar.least_width(self._metrics())), 60)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colors = QPainter(self), colors_of(self)
        painter.fillRect(self.rect(), QColor(colors.background))
        painter.setFont(sized(self.font()))
        self.bar.paint(painter, self.place(), colors)
        painter.end()
