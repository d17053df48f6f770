"""Losses over the values of one field, or over two as a map: of a sweep's networks, as a figure."""

import dataclasses
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QImage, QPainter

from regplay.core.arrays import Flags, Floats
from regplay.core.datasets import REGISTRY
from regplay.core.fields import FIELDS, Value
from regplay.core.number_text import number, value_text
from regplay.core.sweep import SweepAxis
from regplay.gui.figures.figure import Figure, FigurePage, Plot, Style
from regplay.gui.landscape import (
    CellsLayer,
    are_beyond,
    cell_edges,
    cell_place,
    color_shares,
    draw_frame,
    scale_of,
    shade_at,
)
from regplay.gui.plots import (
    TRAIN_SHAPE,
    VALID_SHAPE,
    Axes,
    Axis,
    Bar,
    Entry,
    Frame,
    GridLayer,
    Layer,
    LossLine,
    MarkerShape,
    Points,
    PointsLayer,
    Scale,
    SmallestLoss,
    draw_marker,
    loss_scale,
)
from regplay.gui.png import as_png
from regplay.gui.theme import LIGHT, ROLES, mix
from regplay.session.results import SweepResult

_NUMERIC = ("integer", "number")  # kinds of fields
_LOG_VALUES_FROM = 100.0  # times the smallest value of a field
_ZERO_ROOM = 0.12  # of a logarithmic axis, between a 0 and the smallest value above it
_MARGIN = 0.03  # of an axis, beyond its first and last value
_FEW = 12  # whole numbers that are labelled each


def is_logarithmic(axis: SweepAxis) -> bool:
    """Whether the values of an axis lie better on a logarithmic scale: they span much, or are so.

    A 0 doesn't count: it is broken off.
    """
    if FIELDS[axis.path].kind not in _NUMERIC:
        return False
    values = np.array(sorted({float(value) for value in axis.values} - {0.0}))
    if len(values) < 2:
        return False
    if values[-1] >= _LOG_VALUES_FROM * values[0]:
        return True
    steps, ratios = np.diff(values), np.diff(np.log(values))
    return len(values) > 2 and bool(
        ratios.std() / ratios.mean() < 0.5 * steps.std() / steps.mean()  # more even in ratios
    )


@dataclass(frozen=True, eq=False)
class FieldAxis:
    """The values of one field along an axis: numbers to scale, all others evenly spaced.

    Attributes
    ----------
    axis
        How it is drawn; its scale is one of places, also where these are exponents of ten.
    places
        Where each value lies on that scale [P].
    is_numeric
        Whether values have others in between.
    break_at
        The place between a 0 and logarithms where the axis is broken, or None.
    """

    axis: Axis
    places: Floats
    is_numeric: bool = True
    break_at: float | None = None


def field_axis(swept: SweepAxis) -> FieldAxis:
    """The axis of a field that was swept."""
    field, values = FIELDS[swept.path], swept.values
    if field.kind not in _NUMERIC:
        named = _cell_axis("x", swept, range(len(values)))
        return FieldAxis(named, np.arange(len(values), dtype=float), False)
    is_log = is_logarithmic(swept)
    numbers = np.array(values, dtype=float)
    with np.errstate(divide="ignore"):
        places = np.log10(numbers) if is_log else numbers
    low, high = float(places[np.isfinite(places)].min()), float(places.max())
    if low == high:
        low, high = low - 0.5, high + 0.5
    has_zero = bool(np.isinf(places).any())
    start = _MARGIN + (_ZERO_ROOM if has_zero else 0.0)
    unit = (high - low) / (1 - _MARGIN - start)  # the whole of the axis
    shown = Scale(low - start * unit, high + _MARGIN * unit)
    zero, break_share = shown.low + _MARGIN * unit, _MARGIN + _ZERO_ROOM / 2
    places = np.where(np.isinf(places), zero, places)
    is_whole = field.kind == "integer" and len(values) <= _FEW

    def marks(size: float, metrics: QFontMetricsF) -> list[tuple[float, str]]:
        """Round numbers, or the values themselves where they are few and whole."""
        if is_whole:
            return list(zip(places.tolist(), map(value_text, values), strict=True))
        scale = Scale(low, high, is_log)
        ticks = scale.ticks(round(size / 70))
        found = [(low + tick.share * (high - low), tick.text) for tick in ticks]
        return [(zero, "0"), *found] if has_zero else found

    axis = Axis("x", shown, field.label, marks, break_share if has_zero else None)
    return FieldAxis(axis, places, True, shown.value(break_share) if has_zero else None)


_FAINT = 0.55  # of the background is in the colour of a single seed
_SEED_DOT = 5.0  # pixels
_MOST_DOTS = 60  # values; more would hide the line
_ROOM = 0.06  # of the losses' scale, beyond its smallest and its largest


class PaintedBy:
    """A layer that a function paints."""

    def __init__(self, paint: Callable[[QPainter, Frame], None]) -> None:
        self.paint = paint


def _paint_diverged(places: Floats, painter: QPainter, frame: Frame) -> None:
    """Draw a cross at the upper end over each place [n] where training diverged."""
    for x in frame.x(places).tolist():
        draw_marker(painter, "cross", x, 10, 11, frame.colors.muted, frame.colors.background)


_LOOKS: tuple[tuple[str, str, str, MarkerShape], ...] = (
    ("train_loss", "training", ROLES.train, TRAIN_SHAPE),
    ("valid_loss", "validation", ROLES.valid, VALID_SHAPE),
)
_DIVERGED = Entry("cross", "diverged", ROLES.muted)


def losses_plot(
    across: FieldAxis,
    losses: Sequence[Floats],
    best: int | None,
    best_text: str,
    *,
    seeds: Sequence[Floats | None] = (None, None),
    diverged: Flags | None = None,
    name: str = "loss",
    scale: Scale | None = None,
) -> Plot:
    """Training and validation losses over the values of a field.

    Parameters
    ----------
    losses
        The training losses [P], and the validation losses [P].
    best, best_text
        Which value is the best one, or None; what the legend says of it.
    seeds
        The losses that `losses` are the means of, each [P, S], or None.
    diverged
        At which values a training diverged [P].
    name
        What the losses are.
    scale
        What the axis holds, such as that of a slider; by default all but what failed.
    """
    if scale is None:
        every = [one for one in (*losses, *seeds) if one is not None]
        scale = loss_scale(np.concatenate([np.ravel(one) for one in every]), room=0.0)
    axes = Axes(across.axis, Axis("y", scale.widened(_ROOM, _ROOM), name))
    layers: list[Layer] = [GridLayer(lambda: axes)]
    places, break_at, shown = across.places, across.break_at, np.full(len(across.places), True)
    if len(places) > _MOST_DOTS:
        shown = places < (-np.inf if break_at is None else break_at)
    for values, each, (_, _, color, shape) in [*zip(losses, seeds, _LOOKS, strict=True)][::-1]:
        if each is not None:
            faint, single = mix(color, ROLES.background, _FAINT), PointsLayer()
            all_places = np.repeat(places, each.shape[1])
            single.groups = (Points(all_places, each.ravel(), shape, (faint,), faint, _SEED_DOT),)
            layers.append(single)
        line = LossLine(places, values, color, scale, break_at, across.is_numeric)
        layers.append(dataclasses.replace(line, shape=shape, has_dot=shown))
    entries = [Entry("line", text, color) for _, text, color, _ in _LOOKS]
    if best is not None:
        entries.append(Entry("diamond", best_text, ROLES.valid, ROLES.best))
    if diverged is not None and diverged.any():
        layers.append(PaintedBy(partial(_paint_diverged, places[diverged])))
        entries.append(_DIVERGED)
    if best is not None:
        layers.append(SmallestLoss(float(places[best]), float(losses[1][best])))
    return Plot(axes, layers, entries)


def _lines(result: SweepResult) -> Plot:
    (swept,) = result.sweep.axes
    names = {
        "regression": "loss (mean squared error)",
        "classification": "loss (cross-entropy)",
        "mixed": "loss",
    }
    means = [result.means(measure) for measure, *_ in _LOOKS]
    has_seeds = result.sweep.seeds > 1
    best = result.ranking()[0]
    return losses_plot(
        field_axis(swept),
        means,
        best[0],
        _best_text(result, best),
        seeds=[result.values(measure) if has_seeds else None for measure, *_ in _LOOKS],
        diverged=np.asarray(result.diverged > 0),
        name=names[result.task],
    )


def _paint_texts(
    texts: Sequence[Sequence[str]], shares: Floats, painter: QPainter, frame: Frame
) -> None:
    """Write a text in each cell, where all have room.

    Parameters
    ----------
    texts
        [rows, columns], the first row at the bottom; may be empty.
    shares
        [rows, columns]: places among the colours of the cells.
    """
    rows, columns = shares.shape
    metrics = QFontMetricsF(painter.font())
    widest = max(metrics.horizontalAdvance(text) for row in texts for text in row)
    if frame.width / columns <= widest + 8 or frame.height / rows < metrics.height() + 4:
        return
    x, y = cell_edges(frame, columns, rows)
    for (row, column), share in np.ndenumerate(shares):
        if np.isfinite(share):
            is_dark = shade_at(share).lightnessF() < 0.5
            painter.setPen(QColor("#ffffff" if is_dark else LIGHT.foreground))
            cell = QRectF(QPointF(x[column], y[row + 1]), QPointF(x[column + 1], y[row]))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, texts[row][column])


def _paint_frame(
    shape: tuple[int, int], at: tuple[int, int], painter: QPainter, frame: Frame
) -> None:
    """Draw a frame around the cell in a row and a column, of so many rows and columns."""
    cell = cell_place(frame, *shape[::-1], at[::-1])
    draw_frame(painter, cell, frame.colors, frame.zoom)


def _map(result: SweepResult) -> Plot:
    """A cell for each combination, the first field from left to right; the best one framed."""
    first, second = result.sweep.axes
    across, up = _rising(first), _rising(second)
    losses = result.means("valid_loss")[np.ix_(across, up)].T  # [rows, columns]
    diverged = result.diverged[np.ix_(across, up)].T > 0
    scale, cells = scale_of(losses, "valid_loss"), CellsLayer()
    cells.shares = np.where(np.isfinite(losses), color_shares(scale, losses), np.nan)
    cells.diverged = diverged & ~np.isfinite(losses)
    rows, columns = losses.shape
    texts = [
        [number(float(losses[at]), 3) + ("*" if diverged[at] else "") for at in row]
        for row in (((row, column) for column in range(columns)) for row in range(rows))
    ]
    best = result.ranking()[0]
    framed = partial(_paint_frame, losses.shape, (up.index(best[1]), across.index(best[0])))
    written = partial(_paint_texts, texts, cells.shares)
    entries = [Entry("frame", _best_text(result, best), ROLES.foreground)]
    if diverged.any():
        entries.append(_DIVERGED)
        is_partly = bool((diverged & np.isfinite(losses)).any())
        entries += [Entry("none", "* in part")] if is_partly else []
    axes = Axes(_cell_axis("x", first, across), _cell_axis("y", second, up))
    layers = (cells, PaintedBy(written), PaintedBy(framed))
    bar = Bar(scale, "validation loss", beyond=are_beyond(scale, losses))
    return Plot(axes, layers, entries, bar)


def _rising(axis: SweepAxis) -> list[int]:
    """Positions of the values, numbers from the smallest to the largest."""
    places = list(range(len(axis.values)))
    if FIELDS[axis.path].kind not in _NUMERIC:
        return places
    return sorted(places, key=lambda place: float(axis.values[place]))


def _cell_axis(side: str, swept: SweepAxis, order: Sequence[int]) -> Axis:
    marks = [(float(index), value_text(swept.values[at])) for index, at in enumerate(order)]
    scale = Scale(-0.5, len(order) - 0.5)
    return Axis(side, scale, FIELDS[swept.path].label, lambda *_: marks)


def _best_text(result: SweepResult, best: tuple[int, ...]) -> str:
    values: list[Value] = [*result.combination(best).values()]
    loss = float(result.means("valid_loss")[best])
    return f"best at {', '.join(map(value_text, values))}: {number(loss, 3)}"


STYLE = Style(1200, 800, 1.5, "light")


def sweep_figure(result: SweepResult) -> Figure:
    """The figure of a sweep of one or two fields.

    Raises
    ------
    ValueError
        If another number of fields varies.
    """
    fields = len(result.sweep.axes)
    if fields not in (1, 2):
        raise ValueError(f"a figure shows one or two fields, not {fields}")
    plot = (_lines if fields == 1 else _map)(result)
    return Figure(
        "sweep", lambda: _title(result), lambda: LIGHT, tuple, plot.paint, _subtitle(result)
    )


def sweep_png(result: SweepResult) -> bytes:
    """The figure as a PNG; works without a display and without a running application."""
    with _application():
        return as_png(draw_sweep(result))


def draw_sweep(result: SweepResult) -> QImage:
    """The figure as an image; as `sweep_png`, but needs an application."""
    figure = sweep_figure(result)
    style = dataclasses.replace(STYLE, title=figure.title())
    return FigurePage(figure, style).image()


@contextmanager
def _application() -> Iterator[None]:
    """An application, without which Qt has no fonts; a running one is left as it is."""
    if QCoreApplication.instance() is not None:
        yield
        return
    # Not by QT_QPA_PLATFORM, which a window that is opened later would follow.
    app = QGuiApplication([*sys.argv[:1], "-platform", "offscreen"])
    try:
        yield
    finally:
        app.shutdown()


def _title(result: SweepResult) -> str:
    labels = [FIELDS[axis.path].label for axis in result.sweep.axes]
    if len(labels) == 1:
        return f"{labels[0]}: final losses"
    first, second = labels
    if second[1:2].islower():  # not of "L1 penalty"
        second = second[0].lower() + second[1:]
    return f"{first} and {second}: final validation loss"


def _subtitle(result: SweepResult) -> str:
    """What all networks have in common."""
    experiment, sweep = result.sweep.experiment, result.sweep
    varied = {axis.path for axis in sweep.axes}
    parts = []
    if "data.name" not in varied:
        parts.append(REGISTRY[experiment.data.name].title)
    if not {"data.name", "data.n_train"} & varied and experiment.data.n_train:
        parts.append(f"{experiment.data.n_train:,} training points")
    if "epochs" not in varied:
        parts.append(f"{experiment.epochs:,} epochs")
    if sweep.seeds > 1:
        parts.append(f"mean of {sweep.seeds} seeds")
    if len(result.finished) < len(result.outcomes):
        parts.append(f"{len(result.finished):,} of {len(result.outcomes):,} networks")
    return " · ".join(parts)
