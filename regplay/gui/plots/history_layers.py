"""Layers of a plot over epochs: curves, gaps, marks, and the curves of pinned runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QColor, QPainter, QPen

from regplay.core.arrays import Flags, Floats, Pixels
from regplay.core.history import History
from regplay.gui.plots.canvas import Layer
from regplay.gui.plots.frame import Frame
from regplay.gui.plots.legend import elided, other_entry
from regplay.gui.plots.readout import ReadoutRow
from regplay.gui.plots.scale import Range, bounds, last_in_each_column
from regplay.gui.plots.shapes import (
    TRAIN_SHAPE,
    VALID_SHAPE,
    MarkerShape,
    PictureCache,
    draw_marker,
    fill_polygon,
    in_dashes,
    pen,
    through,
)
from regplay.gui.theme import ROLES, hairline, mix


class PixelLine(NamedTuple):
    """Pixels along a line [n], and which of them stand for values that have no place above."""

    x: Pixels
    y: Pixels
    at_foot: Flags


_FOOT = 6.0  # pixels at 100 %, of a mark at the foot of a logarithmic axis


class EpochLine:
    """One measure over epochs, thinned to one record a pixel column when drawn.

    Attributes
    ----------
    measure
        Its name in `MEASURES`.
    dashed, shape
        Whether it is drawn in dashes; its markers.
    values
        [records], in the units of the plot.
    """

    def __init__(self, measure: str, dashed: bool) -> None:
        self.measure = measure
        self.dashed = dashed
        self.shape: MarkerShape = VALID_SHAPE if dashed else TRAIN_SHAPE
        self.values: Floats = np.zeros(0)

    def ends(self, log: bool) -> Range | None:
        """Smallest and largest value that has a place on an axis, or None where there is none."""
        return bounds(self.values[self.values > 0] if log else self.values)

    @property
    def first(self) -> list[float]:
        """The first finite value, if there is one."""
        finite = np.isfinite(self.values)
        return [float(self.values[finite.argmax()])] if finite.any() else []

    def thin(
        self, epochs: Floats, frame: Frame, keep: Sequence[int] = (), start: int = 0
    ) -> "PixelLine":
        """The pixels to draw it through, from the record at `start` on.

        Records at the indices in `keep`, counted from `start`, are not thinned out.
        """
        values = self.values[start:]
        at_foot = frame.at_foot(values)
        line = np.array([frame.x(epochs[start:]), np.where(at_foot, frame.height, frame.y(values))])
        placed = np.isfinite(line).all(axis=0)
        kept = [int(placed[:index].sum()) for index in keep if placed[index]]
        chosen = np.flatnonzero(placed)
        if len(chosen) > frame.width / 2:
            chosen = chosen[last_in_each_column(line[0, chosen], kept)]
        return PixelLine(line[0, chosen], line[1, chosen], at_foot[chosen])

    def stroke(self, painter: QPainter, frame: Frame, line: "PixelLine") -> None:
        """Draw it through pixels, with the painter's pen; open marks where it is at the foot."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        x, y, at_foot = line
        keep = None
        if self.dashed and len(x) > 1:
            across, keep = in_dashes(x, frame)
            x, y, at_foot = across, np.interp(across, x, y), np.interp(across, x, at_foot) > 0
        if at_foot.any():
            has_place = ~(at_foot[:-1] | at_foot[1:])
            keep = has_place if keep is None else keep & has_place
        frame.device.draw_lines(painter, through(x, y, keep))
        if line.at_foot.any():
            self._mark_foot(painter, frame, line.x[line.at_foot])

    def _mark_foot(self, painter: QPainter, frame: Frame, x: Pixels) -> None:
        """Draw the marks at even distances, where they stay while the line grows."""
        color, size = painter.pen().color().name(), _FOOT * frame.zoom
        _, chosen = np.unique(np.floor(x / (2 * size)), return_index=True)
        for at in x[chosen]:
            place = float(at), frame.height - size
            draw_marker(painter, self.shape, *place, size, frame.colors.background, color)


class EpochCurve(EpochLine):
    """A measure of the present run.

    Attributes
    ----------
    label
        What a person reads.
    color
        That of the curve.
    """

    def __init__(self, measure: str, label: str, color: str, dashed: bool = False) -> None:
        super().__init__(measure, dashed)
        self.label, self.color = label, color

    def draw(self, painter: QPainter, frame: Frame, line: PixelLine) -> None:
        """Draw it through pixels, ending in a marker at the newest record."""
        if not len(line.x):
            return
        color = frame.colors.of(self.color)
        painter.setPen(pen(color, 1.8 * frame.zoom))
        self.stroke(painter, frame, line)
        if 0 <= line.x[-1] <= frame.width and not line.at_foot[-1]:
            place, size = (line.x[-1], line.y[-1]), 7 * frame.zoom
            draw_marker(painter, self.shape, *place, size, color, frame.colors.background)


def curves(tab: str) -> list[EpochCurve]:
    """The curves of a tab: `loss`, `accuracy` or `weights`."""
    if tab == "weights":
        return [
            EpochCurve("weight_norm", "‖w‖", ROLES.norm),
            EpochCurve("penalty", "penalty", ROLES.penalty, dashed=True),
            EpochCurve("objective", "objective", ROLES.objective),
        ]
    return [
        EpochCurve(f"train_{tab}", "train", ROLES.train),
        EpochCurve(f"valid_{tab}", "validation", ROLES.valid, dashed=True),
    ]


GAP = mix(ROLES.background, ROLES.valid, 0.24)  # the shade between training and validation
_FLAG = 5.0  # pixels at 100 %, half the width of the flag on the line at the moment shown
_RING = 5.5  # pixels at 100 % from the middle of the ring at the best epoch to its outer edge


class CurvesLayer:
    """Curves over the same epochs; the space between the first two may be shaded.

    Attributes
    ----------
    epochs
        [records], as floats.
    best
        Index of the record to mark on the second curve, or None.
    behind
        Drawn over the shaded space and under the curves, or None.
    """

    def __init__(self, curves: Sequence[EpochCurve], gap: bool) -> None:
        self.curves = tuple(curves)
        self.epochs: Floats = np.zeros(0)
        self.best: int | None = None
        self.behind: Layer | None = None
        self._gap = gap

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the gap, what is behind the curves, the curves, and the mark at the best epoch."""
        keep = () if self.best is None else (self.best,)
        thin = [curve.thin(self.epochs, frame, keep) for curve in self.curves if self.epochs.size]
        if self._gap and thin:
            self._paint_gap(painter, frame, *thin[:2])
        if self.behind is not None:
            self.behind.paint(painter, frame)
        best = self._best_at(frame)
        if best is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(hairline(frame.colors.muted, frame.zoom))
            painter.drawLine(QLineF(round(best.x()), best.y(), round(best.x()), frame.height))
        # The first curve goes on top: training, which lies below validation at the end.
        for curve, line in reversed(list(zip(self.curves, thin, strict=bool(thin)))):
            curve.draw(painter, frame, line)
        if best is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(QPen(QColor(frame.colors.best), 2 * frame.zoom))
            painter.setBrush(QColor(frame.colors.background))
            # Whole even at the edges, where the best epoch is the first or the newest.
            ring = _RING * frame.zoom
            left = min(max(best.x(), ring), frame.width - ring)
            top = min(max(best.y(), ring), frame.height - ring)
            painter.drawEllipse(QPointF(left, top), 4.5 * frame.zoom, 4.5 * frame.zoom)

    def _paint_gap(
        self, painter: QPainter, frame: Frame, train: PixelLine, valid: PixelLine
    ) -> None:
        """Shade what lies between two curves."""
        if len(train.x) < 2 or len(valid.x) < 2:
            return
        high = np.interp(train.x, valid.x, valid.y)  # where a record has no place, it has others
        color = QColor(frame.colors.of(GAP))
        frame.device.fill_between(painter, frame, train.x, train.y, high, color)

    def covered(self, frame: Frame) -> list[tuple[Pixels, Pixels]]:
        """What a label should leave free: the curves, as if they went on level, and the ring."""
        lines = []
        for curve in self.curves:
            x, y, _ = curve.thin(self.epochs, frame)
            if len(x):
                lines.append((np.append(x, max(x[-1], frame.width) + 1), np.append(y, y[-1])))
        at = self._best_at(frame)
        if at is not None:
            # A line up and down through it counts four times: the ring says more than a curve.
            ring = _RING * frame.zoom * np.array([[-1, -1, 1, 1], [1, -1, -1, 1]])
            lines += [(at.x() + ring[0], at.y() + ring[1])] * 4
        return lines

    def _best_at(self, frame: Frame) -> QPointF | None:
        if self.best is None:
            return None
        x, y = float(frame.x(self.epochs[self.best])), frame.dot(self.curves[1].values[self.best])
        return QPointF(x, y) if y is not None and 0 <= x <= frame.width else None


class MarksLayer:
    """Vertical lines at epochs: dotted, or solid with a flag on top.

    The flag tells them from the hover line and from the foot of the ring at the best epoch.

    Attributes
    ----------
    epochs
        Where to draw them.
    """

    def __init__(self, has_flag: bool = False) -> None:
        self.epochs: tuple[int, ...] = ()
        self._has_flag = has_flag

    def paint(self, painter: QPainter, frame: Frame) -> None:
        line = hairline(frame.colors.foreground, frame.zoom)
        if not self._has_flag:
            line.setDashPattern([1, 3])
        for x in frame.x(self.epochs) if self.epochs else ():
            if not 0 <= x <= frame.width:  # also where a logarithmic axis has no place for 0
                continue
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(line)
            painter.drawLine(QLineF(round(x), 0, round(x), frame.height))
            if self._has_flag:
                middle, up = round(x) + 0.5, _FLAG * frame.zoom
                corners = ((-up, 0.0), (up, 0.0), (up, up), (0.0, 2 * up), (-up, up))
                places = ((middle + dx, y) for dx, y in corners)
                fill_polygon(painter, places, frame.colors.foreground)


_WIDTH = 1.3  # pixels at 100 %, of pinned runs' curves; the present run's are 1.8
_LONGEST = 24  # characters of a name in the hover box, at most


@dataclass(frozen=True)
class PinnedCurves:
    """A run to show beside the present one; its history may still grow.

    `color` is `#rrggbb`.
    """

    name: str
    color: str
    history: History


class PinnedLines:
    """What one plot shows of one pinned run.

    Attributes
    ----------
    source
        The run.
    lines
        The first is solid; the second, if there is one, is validation, and dashed.
    epochs
        [records], as floats.
    entry
        Its line in the legend.
    """

    def __init__(self, source: PinnedCurves, measures: Sequence[str], unit: float) -> None:
        self.source = source
        self.lines = [EpochLine(measure, index > 0) for index, measure in enumerate(measures)]
        self.epochs: Floats = np.zeros(0)
        kind = "train solid, validation dashed" if len(measures) > 1 else "solid"
        self.entry = other_entry(source.name, source.color, f"{source.name}: {kind}")
        self._unit = unit

    def grow(self) -> bool:
        """Read the records that are new; whether there were any."""
        history = self.source.history
        n = len(history)  # another thread may be appending: every column ends here
        if n == len(self.epochs):
            return False
        self.epochs = history.epochs[:n].astype(float)
        for line in self.lines:
            line.values = history.column(line.measure)[:n] * self._unit
        return True

    def row(self, frame: Frame, epoch: float, text: Callable[[float], str]) -> ReadoutRow | None:
        """For the hover box: the last line's value at the record nearest to `epoch`.

        The run may have been recorded at other epochs; then the row says at which.
        """
        if not self.epochs.size:
            return None
        at = int(np.abs(self.epochs - epoch).argmin())
        value = self.lines[-1].values[at]
        name, color = elided(self.source.name, _LONGEST), self.source.color
        if self.epochs[at] != epoch:
            return ReadoutRow(name, f"{text(value)} at {int(self.epochs[at]):,}", color)
        return ReadoutRow(name, text(value), color, frame.dot(value))


class PinnedLayer:
    """Pinned runs, kept as a picture to which only new records are added.

    Attributes
    ----------
    runs
        What is drawn; `set_runs` changes it.
    pictures
        How often the whole of it was drawn; a test cares.
    """

    def __init__(self) -> None:
        self.pictures = 0
        self.runs: tuple[PinnedLines, ...] = ()
        self._kept = PictureCache()
        self._drawn: list[int] = []  # records of each run that are drawn

    def set_runs(self, runs: Sequence[PinnedLines]) -> None:
        self.runs = tuple(runs)
        self._kept.forget()

    def rows(self, frame: Frame, epoch: float, text: Callable[[float], str]) -> list[ReadoutRow]:
        """Rows of the hover box."""
        return [row for run in self.runs if (row := run.row(frame, epoch, text)) is not None]

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw them, or the records that are new."""
        if self.runs:
            self._kept.paint(painter, frame, partial(self._draw, frame))

    def _draw(self, frame: Frame, painter: QPainter, is_new: bool) -> None:
        self.pictures += is_new
        drawn = [0] * len(self.runs) if is_new else self._drawn
        self._drawn = [len(run.epochs) for run in self.runs]
        for run, done, count in zip(self.runs, drawn, self._drawn, strict=True):
            if done == count:
                continue
            painter.setPen(pen(frame.colors.of(run.source.color), _WIDTH * frame.zoom))
            for line in run.lines:
                path = line.thin(run.epochs, frame, start=max(done - 1, 0))
                line.stroke(painter, frame, path)
