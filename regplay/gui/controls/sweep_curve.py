"""A slider's own curve: the sweep along its positions, their losses, and how they are drawn."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QPixmap, QPolygonF

from regplay.core.datasets import DatasetError, load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import replace
from regplay.core.measurements import training_seconds
from regplay.core.number_text import exact, number
from regplay.core.sweep import NumberAxis, Sweep, sweep_axis
from regplay.gui.plots import Scale, extend, largest_of_trained, spread
from regplay.gui.theme import Colors, blend, colors_of, line_color
from regplay.gui.training import Study

_BEYOND = {-1: "  (▾ too small to draw)", 0: "", 1: "  (▴ too large to draw)"}


@dataclass(frozen=True, eq=False)
class SweepCurve:
    """The losses of networks that differ in one value, all trained equally long so far.

    Attributes
    ----------
    values
        The trained values, rising; P of them.
    train, valid
        Losses [P]; NaN where there is none yet, or where training diverged.
    valley
        Index of the smallest validation loss; None while the curve is incomplete.
    is_finished
        Whether all members are trained to the end.
    progress
        How much of the training is done, 0 … 1.
    """

    values: tuple[float, ...]
    train: NDArray[np.float64]
    valid: NDArray[np.float64]
    valley: int | None
    is_finished: bool
    progress: float

    def reading(self, index: int, sides: tuple[int, int] = (0, 0)) -> str:
        """The losses at a trained value in words.

        Parameters
        ----------
        sides
            For the training and the validation loss: −1 where it lies below what is drawn, 1 above.
        """
        when = "" if self.is_finished else ", so far"
        missing = "diverged" if self.is_finished else "not there yet"
        train, valid = (
            f"{number(losses[index], 3)}{_BEYOND[side]}" if np.isfinite(losses[index]) else missing
            for losses, side in zip((self.train, self.valid), sides, strict=True)
        )
        value = exact(self.values[index])
        return f"At {value}{when}\nTraining loss: {train}\nValidation loss: {valid}"

    def valley_reading(self) -> str:
        """What a click on the valley takes; empty without one."""
        if self.valley is None:
            return ""
        loss, value = self.valid[self.valley], exact(self.values[self.valley])
        return f"Smallest validation loss, {number(loss, 3)} at {value}: click to take it"


def sweep_along(experiment: Experiment, path: str) -> Sweep | None:
    """The sweep that a slider shows; None where no two of its positions are possible."""
    values = sweep_axis(path).values
    if path == "data.n_train":  # without the numbers of points that a table hasn't got
        # A file may have other rows the next time.
        loads = _loads.__wrapped__ if experiment.data.file else _loads
        values = tuple(n for n in values if loads(replace(experiment, {path: n}).data))
    if len(values) < 2:
        return None
    # Whichever value the slider stands at, it is the same sweep.
    return Sweep(replace(experiment, {path: values[0]}), (NumberAxis(path, values),))


@lru_cache(maxsize=16)  # it is asked for again with each change
def seconds_of(sweep: Sweep) -> float:
    """Expected time on one thread of training a sweep along one axis.

    Of a person's file it is not known without reading it: infinite.
    """
    if sweep.experiment.data.file:
        return math.inf
    try:
        dataset = load(sweep.experiment.data)
    except DatasetError:
        return math.inf
    n_valid, ends = len(dataset.valid.y), (dataset.n_inputs, dataset.n_outputs)
    is_along = any(axis.path == "data.n_train" for axis in sweep.axes)
    return sum(
        training_seconds(
            one, one.data.n_train if is_along else len(dataset.train.y), n_valid, *ends
        )
        for one in sweep.experiments
    )


@lru_cache(maxsize=64)  # it is asked for with each change, and making the data takes milliseconds
def _loads(data: DataSettings) -> bool:
    try:
        load(data)
    except DatasetError:
        return False
    return True


def curve_of(study: Study, epoch: int | None) -> SweepCurve | None:
    """The curve of a sweep along one axis; None where nothing is trained."""
    history = study.history
    if history is None or not isinstance(study.sweep, Sweep):
        return None
    finished = history.finished  # before the losses: the thread may be about to end
    lost = history.diverged
    train = np.where(lost, np.nan, history.values("train_loss", epoch))
    valid = np.where(lost, np.nan, history.values("valid_loss", epoch))
    has_valley = finished and bool(np.isfinite(valid).any())
    return SweepCurve(
        values=tuple(float(value) for value in study.sweep.axes[0].values),
        train=train,
        valid=valid,
        valley=int(np.nanargmin(valid)) if has_valley else None,
        is_finished=finished,
        progress=history.progress,
    )


_LOG_FROM = 30.0  # the axis is logarithmic if the largest loss is this many times the smallest
_ROOM_BELOW = 5.0  # the training loss is followed down to this part of the valley
_SLACK = 1e-6  # of the axis, for rounding at its ends
_LEAST_SPAN = 0.25  # of the loss; a flatter curve is drawn flat, not blown up


class LossRange:
    """The vertical axis of a curve, linear or logarithmic.

    While a curve fills in, the axis grows by steps and never shrinks; once it is finished, the axis
    fits it. What training failed at, and a training loss far below the valley, lie outside, so that
    the valley stays a valley.
    """

    def __init__(self) -> None:
        self._scale: Scale | None = None
        self._curve: SweepCurve | None = None

    def follow(self, curve: SweepCurve) -> None:
        """Make room for `curve`; start anew if it is not a later state of the one before."""
        before = self._scale if self._goes_on(curve) else None
        self._curve, self._scale = curve, before
        shown = _with_room(curve)
        if not shown.size:
            return
        low, high = float(shown.min()), float(shown.max())
        is_log = low > 0 and high > _LOG_FROM * low
        if curve.is_finished:
            ends = spread((low, high), max(_LEAST_SPAN * abs(low + high) / 2, 1e-300))
            low, high = np.log10(ends).tolist() if is_log else ends
            self._scale = Scale(low, high, is_log)
            return
        is_log |= before is not None and before.is_log
        known = before.range if before is not None and before.is_log == is_log else None
        with np.errstate(divide="ignore"):
            grown = extend(known, np.log10(shown) if is_log else shown)
        self._scale = None if grown is None else Scale(*grown, is_log)

    def shares(self, losses: ArrayLike) -> NDArray[np.float64]:
        """Heights of `losses` of any shape: 0 at the bottom, 1 at the top, beyond both outside.

        NaN stays NaN; a loss of 0 on a logarithmic axis is at −inf.
        """
        if self._scale is None:
            return np.full(np.shape(losses), np.nan)
        return self._scale.shares(losses)

    def holds(self, losses: ArrayLike) -> NDArray[np.bool_]:
        """Which of `losses` the axis has room for."""
        shares = self.shares(losses)
        return (shares > -_SLACK) & (shares < 1 + _SLACK)

    def sides(self, losses: ArrayLike) -> NDArray[np.int64]:
        """On which side of the axis `losses` lie: −1 below it, 1 above; 0 in it, and for NaN."""
        shares = self.shares(losses)
        return (shares > 1 + _SLACK).astype(np.int64) - (shares < -_SLACK)

    def _goes_on(self, curve: SweepCurve) -> bool:
        before = self._curve
        return (
            before is not None
            and not before.is_finished
            and before.values == curve.values
            and before.progress <= curve.progress
        )


def _with_room(curve: SweepCurve) -> NDArray[np.float64]:
    """The losses that the axis makes room for.

    A validation loss far above the others is real where the training loss is not: there the network
    overfits. Training failed where both are. What underfits rises out of the axis at twice the
    depth of the valley, which would be lost below a higher wall.
    """
    is_there = np.isfinite(curve.valid) & np.isfinite(curve.train)
    valid, train = curve.valid[is_there], curve.train[is_there]
    if valid.size:
        most = largest_of_trained(valid)
        is_real = (valid <= most) | (train <= most)
        if curve.valley is not None:
            is_real &= (valid <= _end_of_walls(curve)) | (train <= curve.valid[curve.valley])
        valid, train = valid[is_real], train[is_real]
        train = train[train <= max(most, float(valid.max()))]
        train = np.maximum(train, float(valid.min()) / _ROOM_BELOW)
    return np.concatenate([valid, train])


def _end_of_walls(curve: SweepCurve) -> float:
    """How far up both sides of a finished curve are drawn; inf without a valley between them."""
    assert curve.valley is not None
    sides = curve.valid[: curve.valley], curve.valid[curve.valley + 1 :]
    least = float(curve.valid[curve.valley])
    tops = [np.max(side, where=np.isfinite(side), initial=least) for side in sides]
    depth = float(min(tops)) - least
    return least + 2 * depth if depth > 0 else math.inf


CURVE_HEIGHT = 44  # px
_TOP, _BOTTOM = 5.0, 8.0  # px kept free above and below the lines, for marks and the progress
_OFF = 3.0  # px beyond the axis at which a line that leaves it is cut off
_MARK, _MARKS_APART = 3.0, 18.0  # px, half the width of a mark at the edge; from one to the next
_DOT, _LARGE_DOT = 1.5, 3.0  # px, radius; large: under the handle
_VALLEY = 5.0  # px, radius
_REACH = 7.0  # px around the valley in which a click is meant for it
_PROGRESS = 2.0  # px, thickness
_FAR = 1e4  # px; further away nothing can be drawn
_FAINT = 0.65  # of the colour is left while the networks train


class CurvePicture:
    """Draws curves, one after another, into a region of a slider.

    Everything is placed by the x of the trained values [P], in px, and the region's rectangle.
    """

    def __init__(self) -> None:
        self.curve: SweepCurve | None = None
        self._range = LossRange()
        self._kept: tuple[object, QPixmap] | None = None  # what it was drawn for, and the picture

    def set_curve(self, curve: SweepCurve | None) -> None:
        """Draw `curve` from now on, or nothing."""
        self.curve, self._kept = curve, None
        if curve is None:
            self._range = LossRange()
        else:
            self._range.follow(curve)

    def reading(self, index: int) -> str:
        """The losses at a trained value in words, drawn or not; empty without a curve."""
        curve = self.curve
        if curve is None:
            return ""
        train, valid = (int(self._range.sides(x)[index]) for x in (curve.train, curve.valid))
        return curve.reading(index, (train, valid))

    def valley_point(self, region: QRectF, xs: Sequence[float]) -> QPointF | None:
        """The middle of the mark, or None while there is no valley."""
        curve = self.curve
        if curve is None or curve.valley is None:
            return None
        height = float(self._heights(region, curve.valid)[curve.valley])
        return QPointF(xs[curve.valley], height) if np.isfinite(height) else None

    def is_on_valley(self, region: QRectF, xs: Sequence[float], point: QPointF) -> bool:
        """Whether a click at `point` is meant for the mark."""
        valley = self.valley_point(region, xs)
        return valley is not None and QLineF(point, valley).length() <= _REACH

    def draw(
        self,
        painter: QPainter,
        region: QRectF,
        xs: Sequence[float],
        palette: QPalette,
        *,
        after_zero: bool,
        at: int | None,
        is_lit: bool,
    ) -> None:
        """Draw both losses, the valley, and the progress of an unfinished curve.

        Parameters
        ----------
        after_zero
            Whether the first value is a 0 that stands apart: no line leaves it.
        at
            The trained value under the handle, if the handle stands at one.
        is_lit
            Whether the mouse is over the valley.
        """
        curve = self.curve
        if curve is None:
            return
        colors = colors_of(palette)
        ground = palette.color(QPalette.ColorRole.Base)
        inks = {
            name: QColor(ink) if curve.is_finished else blend(ground, QColor(ink), _FAINT)
            for name, ink in (("train", colors.train), ("valid", colors.valid))
        }
        painter.save()
        painter.setClipRect(region)
        painter.drawPixmap(region.topLeft(), self._still(painter, region, xs, inks, after_zero))
        for name, ink in inks.items():
            losses = getattr(curve, name)
            if at is not None and self._range.holds(losses)[at]:
                painter.setBrush(ink)
                painter.setPen(QPen(ground, 1))
                height = float(self._heights(region, losses)[at])
                painter.drawEllipse(QPointF(xs[at], height), _LARGE_DOT, _LARGE_DOT)
        valley = self.valley_point(region, xs)
        if valley is not None:
            draw_valley(painter, valley, colors, ground, is_lit)
        if not curve.is_finished:
            bar = QRectF(xs[0], region.bottom() - _PROGRESS, xs[-1] - xs[0], _PROGRESS)
            painter.fillRect(bar, line_color(palette, 0.15))
            bar.setWidth(bar.width() * min(max(curve.progress, 0.0), 1.0))
            painter.fillRect(bar, line_color(palette, 0.6))
        painter.restore()

    def _still(
        self,
        painter: QPainter,
        region: QRectF,
        xs: Sequence[float],
        inks: Mapping[str, QColor],
        after_zero: bool,
    ) -> QPixmap:
        """What stays while the handle moves, drawn once."""
        ratio = painter.device().devicePixelRatioF()
        drawn_for = region, xs, inks, after_zero, ratio
        if self._kept is not None and self._kept[0] == drawn_for:
            return self._kept[1]
        picture = QPixmap((region.size() * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        inner = QPainter(picture)
        inner.setRenderHints(painter.renderHints())
        inner.translate(-region.topLeft())
        for name, ink in inks.items():
            losses = getattr(self.curve, name)
            heights = self._heights(region, losses).tolist()
            points = [QPointF(x, y) for x, y in zip(xs, heights, strict=True)]
            inner.setClipRect(_axis_rect(region).adjusted(0, 1 - _OFF, 0, _OFF - 1))
            _draw_line(inner, points[1:] if after_zero else points, ink)
            inner.setClipRect(region)
            self._draw_marks(inner, region, xs, losses, ink, after_zero)
            inner.setPen(QPen(ink, 2 * _DOT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            inner.drawPoints(QPolygonF(list(itertools.compress(points, self._range.holds(losses)))))
        inner.end()
        self._kept = drawn_for, picture
        return picture

    def _draw_marks(
        self,
        painter: QPainter,
        region: QRectF,
        xs: Sequence[float],
        losses: NDArray[np.float64],
        color: QColor,
        after_zero: bool,
    ) -> None:
        """Arrowheads at the edges where the losses go on beyond: there is no line to see there."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        axis = _axis_rect(region)
        sides = self._range.sides(losses).tolist()
        # A 0 that stands apart has a mark of its own.
        apart = [after_zero, *(False for _ in sides[1:])]
        places = list(zip(sides, apart, xs, strict=True))
        for (side, _), run in itertools.groupby(places, lambda place: place[:2]):
            if not side:
                continue
            base = axis.top() - 1 if side > 0 else axis.bottom() + 1
            tip = base - side * _OFF
            for x in _spread_marks([x for *_, x in run]):
                corners = [(x - _MARK, base), (x + _MARK, base), (x, tip)]
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))

    def _heights(self, region: QRectF, losses: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels from the top of the slider [P]; what the axis doesn't hold lies beyond it."""
        axis = _axis_rect(region)
        heights = axis.bottom() - self._range.shares(losses) * axis.height()
        # An infinite loss is a diverged one, and the logarithm of 0 is infinite too.
        return np.clip(heights, -_FAR, _FAR)


def _axis_rect(region: QRectF) -> QRectF:
    """The part of the region in which losses have their place."""
    return region.adjusted(0, _TOP, 0, -_BOTTOM)


def _spread_marks(xs: Sequence[float]) -> list[float]:
    """Where to put marks for a stretch of positions: at its middle, or evenly along it."""
    length = xs[-1] - xs[0]
    count = max(1, round(length / _MARKS_APART))
    return [xs[0] + (index + 0.5) * length / count for index in range(count)]


def _draw_line(painter: QPainter, points: Sequence[QPointF], color: QColor) -> None:
    """A line through the points, with gaps where a height is NaN."""
    painter.setPen(QPen(color, 1.2))
    for is_there, piece in itertools.groupby(points, lambda point: not math.isnan(point.y())):
        if is_there:
            painter.drawPolyline(QPolygonF(list(piece)))


def draw_valley(
    painter: QPainter, middle: QPointF, colors: Colors, ground: QColor, is_lit: bool = False
) -> None:
    """Mark the smallest validation loss; lit while a click is meant for it."""
    radius = _VALLEY + 1 if is_lit else _VALLEY
    corners = [(0, -radius), (radius, 0), (0, radius), (-radius, 0)]
    painter.setPen(QPen(QColor(colors.best), 1.5))
    painter.setBrush(QColor(colors.valid) if is_lit else ground)
    painter.drawPolygon(QPolygonF([middle + QPointF(x, y) for x, y in corners]))
    if not is_lit:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.valid))
        painter.drawEllipse(middle, _DOT, _DOT)
