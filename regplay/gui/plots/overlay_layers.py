"""Other fits under or over the present one: curves, a band, and boundaries."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap

from regplay.core.datasets.dataset import Floats
from regplay.core.fit import Fit, Grid
from regplay.gui.plots.boundary import boundary_segments
from regplay.gui.plots.canvas import Frame
from regplay.gui.plots.legend import Entry
from regplay.gui.plots.lines import Segments, pen
from regplay.gui.plots.panel import Band, Overlay
from regplay.gui.theme import Colors, mix

OVERLAY_WIDTH = 1.6  # pixels
THINNED_WIDTH = 1.0


def same_overlays(one: Sequence[Overlay], other: Sequence[Overlay]) -> bool:
    """Whether both show the same fits under the same names and colours."""
    return len(one) == len(other) and all(
        a.fit is b.fit and a.grid is b.grid and (a.name, a.color) == (b.name, b.color)
        for a, b in zip(one, other, strict=True)
    )


def same_fits(one: Sequence[Fit], other: Sequence[Fit]) -> bool:
    """Whether both hold the very same fits."""
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))


def overlay_entries(overlays: Sequence[Overlay]) -> list[Entry]:
    """What a legend says of overlays."""
    return [Entry("line", overlay.name, overlay.color) for overlay in overlays]


def thinned_color(colors: Colors) -> str:
    """Of a single thinned network's curve."""
    return mix(colors.background, colors.fit, 0.35)


def thinned_boundary_color(colors: Colors) -> str:
    """Of a single thinned network's boundary, on a ground of any class."""
    return mix(colors.background, colors.foreground, 0.45)


def band_colors(colors: Colors) -> tuple[str, str]:
    """Of two standard deviations, and of one."""
    return mix(colors.background, colors.fit, 0.12), mix(colors.background, colors.fit, 0.26)


class FitLinesLayer:
    """Curves over one input.

    Attributes
    ----------
    lines
        Of each curve x [points] and y [points] in data units, and its colour.
    """

    def __init__(self, width: float) -> None:
        self.lines: list[tuple[Floats, Floats, str]] = []
        self._width = width
        self._segments = Segments()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the curves, the first on top."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for x, y, color in reversed(self.lines):
            pixels_x, pixels_y = frame.x(x), frame.y(y)
            placed = np.isfinite(pixels_y)
            painter.setPen(pen(color, self._width))
            self._segments.draw_through(painter, pixels_x[placed], pixels_y[placed])


class BandLayer:
    """One and two standard deviations around a mean, as two shades.

    Attributes
    ----------
    band
        What to draw, or None.
    x
        Where its points lie, [grid points].
    """

    def __init__(self) -> None:
        self.band: Band | None = None
        self.x: Floats = np.zeros(0)
        self._columns = Segments()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Shade by columns, as the gap between losses."""
        band = self.band
        if band is None:
            return
        x = frame.x(self.x)
        first, last = max(x[0], -1.0), min(x[-1], frame.width + 1)
        columns = np.arange(np.floor(first), last) + 0.5
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for deviations, color in zip((2, 1), band_colors(frame.colors), strict=True):
            with np.errstate(all="ignore"):  # diverged networks
                away = deviations * band.std
                ends = [frame.y(band.mean + away), frame.y(band.mean - away)]
            placed = np.isfinite(ends[0]) & np.isfinite(ends[1])
            if not placed.any():
                return
            segments = np.empty((len(columns), 4))
            segments[:, 0] = segments[:, 2] = columns
            segments[:, 1], segments[:, 3] = (
                np.interp(columns, x[placed], end[placed]) for end in ends
            )
            painter.setPen(pen(color, 1.0))
            self._columns.draw(painter, segments)


class BoundariesLayer:
    """Boundaries of other fits, kept as one picture: they rest while the surface moves.

    Attributes
    ----------
    lines
        Of each fit the segments [n, 4] in data units and a colour, the first on top; assigned anew
        by `set`.
    """

    def __init__(self, width: float = OVERLAY_WIDTH) -> None:
        self.lines: tuple[tuple[Floats, str | None], ...] = ()
        self._width = width
        self._segments = Segments()
        self._picture: QPixmap | None = None
        self._frame: Frame | None = None

    def set(self, lines: Sequence[tuple[Floats, str | None]]) -> None:
        """Draw these; without a colour they are faint."""
        self.lines = tuple(lines)
        self._picture = None

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Copy the picture, drawing it first if the ranges or the lines changed."""
        if not self.lines:
            return
        if self._picture is None or frame is not self._frame:
            self._frame, self._picture = frame, self._drawn(frame)
        painter.drawPixmap(0, 0, self._picture)

    def _drawn(self, frame: Frame) -> QPixmap:
        ratio = frame.ratio
        picture = QPixmap(int(np.ceil(frame.width * ratio)), int(np.ceil(frame.height * ratio)))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for segments, color in reversed(self.lines):
            pixels = np.empty_like(segments)
            pixels[:, 0::2] = frame.x(segments[:, 0::2])
            pixels[:, 1::2] = frame.y(segments[:, 1::2])
            if color is None:
                painter.setPen(pen(thinned_boundary_color(frame.colors), self._width))
            else:
                # A seam parts it from a surface that may have nearly its hue.
                painter.setPen(pen(frame.colors.background, self._width + 1.8))
                self._segments.draw(painter, pixels)
                painter.setPen(pen(color, self._width))
            self._segments.draw(painter, pixels)
        painter.end()
        return picture


def fit_boundary(fit: Fit, grid: Grid) -> Floats:
    """Segments [n, 4] in data units where a fit's most probable class changes.

    There are none for a fit that is no classification on that grid.
    """
    values = fit.grid
    if values is None or values.ndim != 2 or len(grid.shape) != 2 or len(values) != len(grid.x):
        return np.zeros((0, 4))
    rows, columns = grid.shape
    step = (grid.high - grid.low) / np.array([columns - 1, rows - 1])
    segments = boundary_segments(values.reshape(rows, columns, -1))
    return np.asarray(segments * np.tile(step, 2) + np.tile(grid.low, 2))


def fit_line(fit: Fit, grid: Grid) -> tuple[Floats, Floats] | None:
    """A fit's curve x [points], y [points], or None if it is no regression on that grid."""
    values = fit.grid
    if values is None or values.ndim != 1 or len(grid.shape) != 1 or len(values) != len(grid.x):
        return None
    return grid.x[:, 0], values
