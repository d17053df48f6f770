"""Measures of a run as curves over epochs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QPainter

from regplay.gui.plots.canvas import Frame, Pixels
from regplay.gui.plots.lines import Segments, dashed, pen
from regplay.gui.plots.markers import Shape, draw_marker
from regplay.gui.plots.ranges import last_in_each_column
from regplay.gui.theme import Colors

Floats = NDArray[np.float64]


class EpochLine:
    """One measure over epochs, thinned to one record a pixel column when drawn.

    Attributes
    ----------
    measure
        Its name in `MEASURES`.
    dashed
        Whether it is drawn in dashes.
    values
        [records], in the units of the plot.
    """

    def __init__(self, measure: str, dashed: bool) -> None:
        self.measure = measure
        self.dashed = dashed
        self.values: Floats = np.zeros(0)
        self._segments = Segments()

    def thin(
        self, epochs: Floats, frame: Frame, keep: Sequence[int] = (), start: int = 0
    ) -> tuple[Pixels, Pixels]:
        """The pixels to draw it through, from the record at `start` on.

        Records at the indices in `keep`, counted from `start`, are not thinned out.
        """
        x, y = frame.x(epochs[start:]), frame.y(self.values[start:])
        placed = np.isfinite(x) & np.isfinite(y)
        kept = [int(placed[:index].sum()) for index in keep if placed[index]]
        if not placed.all():
            x, y = x[placed], y[placed]
        if len(x) > frame.width / 2:
            chosen = last_in_each_column(x, kept)
            x, y = x[chosen], y[chosen]
        return x, y

    def stroke(self, painter: QPainter, frame: Frame, x: Pixels, y: Pixels) -> None:
        """Draw it through pixels, with the painter's pen."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if self.dashed and len(x) > 1:
            across = x
            if len(x) <= frame.width / 2:  # long pieces: cut them, so that there is room for dashes
                across = np.sort(np.concatenate([x, columns(x, frame, 2.0)]))
            self._segments.draw_through(painter, across, np.interp(across, x, y), dashed(across))
        else:
            self._segments.draw_through(painter, x, y)


class EpochCurve(EpochLine):
    """A measure of the present run.

    Attributes
    ----------
    label
        What a person reads.
    field
        The name of its colour in `Colors`.
    shape
        The marker at the newest record.
    """

    def __init__(self, measure: str, label: str, field: str, shape: Shape, dashed: bool) -> None:
        super().__init__(measure, dashed)
        self.label = label
        self.field = field
        self.shape = shape

    def color(self, colors: Colors) -> str:
        """Its colour in a scheme."""
        return str(getattr(colors, self.field))

    def draw(self, painter: QPainter, frame: Frame, x: Pixels, y: Pixels) -> None:
        """Draw it through pixels, ending in a marker at the newest record."""
        if not len(x):
            return
        color = self.color(frame.colors)
        painter.setPen(pen(color, 1.8))
        self.stroke(painter, frame, x, y)
        if 0 <= x[-1] <= frame.width:
            draw_marker(painter, self.shape, x[-1], y[-1], 7, color, frame.colors.background)


def curves(tab: str) -> list[EpochCurve]:
    """The curves of a tab: `loss`, `accuracy` or `weights`."""
    if tab == "weights":
        return [
            EpochCurve("weight_norm", "‖w‖", "norm", "circle", False),
            EpochCurve("penalty", "penalty", "penalty", "diamond", True),
            EpochCurve("objective", "objective", "objective", "circle", False),
        ]
    return [
        EpochCurve(f"train_{tab}", "train", "train", "circle", False),
        EpochCurve(f"valid_{tab}", "validation", "valid", "diamond", True),
    ]


def columns(x: Pixels, frame: Frame, step: float) -> Pixels:
    """Pixel columns from the first point to the last, inside the frame."""
    first, last = max(float(x[0]), -step), min(float(x[-1]), frame.width + step)
    if last <= first:
        return np.zeros(0)
    return np.append(np.arange(first, last, step), last)
