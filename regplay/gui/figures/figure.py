"""What a plot gives: a way to draw it at any size, and its numbers.

A plot has several series of different lengths: points, curves, bands. The table has a row for each
point of each of them; its first column, `series`, says of which. The other columns have the names
of the axes or of what was measured, and a cell is empty where a series has no such number. Numbers
are as they are, with all their digits, whatever the scale of an axis; what is no number is `nan`.
"""

import csv
import dataclasses
import io
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPainter

from regplay.gui.plots.canvas import FigurePainter
from regplay.gui.plots.legend import Entry
from regplay.gui.runs.run_rows import pin_color
from regplay.gui.theme import DARK, LIGHT, Colors

SERIES = "series"


@dataclass(frozen=True, eq=False)
class Series:
    """Points of one kind: its name, and columns of equal length by their names.

    Columns are numbers, whole numbers, truth values (0 and 1 in the table) or texts.
    """

    name: str
    columns: Mapping[str, ArrayLike]

    def cells(self) -> dict[str, list[Any]]:
        """The columns as plain values."""
        found = {_column(name): _plain(values) for name, values in self.columns.items()}
        lengths = {len(values) for values in found.values()}
        if len(lengths) > 1:
            raise ValueError(f"columns of {self.name} have {sorted(lengths)} rows: must be as many")
        return found


def to_text(series: Sequence[Series], separator: str = ",") -> str:
    """The table as CSV, or, separated by tabs, as a spreadsheet takes it from the clipboard."""
    tables = [(one.name, one.cells()) for one in series]
    names = list(dict.fromkeys(name for _, cells in tables for name in cells))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow([SERIES, *names])
    for series_name, cells in tables:
        rows = max((len(values) for values in cells.values()), default=0)
        empty = [""] * rows
        columns = [cells.get(name, empty) for name in names]
        writer.writerows(zip([series_name] * rows, *columns, strict=True))
    return out.getvalue()


def by_class(name: str, class_names: Iterable[str], values: ArrayLike) -> dict[str, ArrayLike]:
    """A column for each class from values [n, classes]: `P(A)`, `P(B)` if `name` is `P`."""
    table = np.asarray(values)
    return {f"{name}({one})": table[:, index] for index, one in enumerate(class_names)}


def _column(name: str) -> str:
    return f"{name}_" if name == SERIES else name  # a column of a file may be called so


def _plain(values: ArrayLike) -> list[Any]:
    if isinstance(values, list | tuple) and any(isinstance(value, str) for value in values):
        return list(values)
    array = np.asarray(values)
    plain: list[Any] = (array.astype(int) if array.dtype == np.bool_ else array).tolist()
    return plain


pass

TEXT, TITLE = 13, 17  # pixels, of fonts at a scale of 1
MARGIN = 12.0  # pixels around everything
USUAL = (800, 533)  # pixels at a scale of 1
LEAST = 120  # pixels of a side; below that there is no room for axes


@dataclass(frozen=True)
class Style:
    """How a figure looks, apart from what it shows.

    Attributes
    ----------
    width, height
        In pixels of the file.
    scale
        How large text and lines are: 1 means text of `TEXT` pixels.
    scheme
        `light`, `dark`, or `window` for the colours that the plot has on screen.
    transparent
        Whether there is no ground.
    title
        Above the plot; empty for none.
    """

    width: int = 2 * USUAL[0]
    height: int = 2 * USUAL[1]
    scale: float = 2.0
    scheme: str = "window"
    transparent: bool = False
    title: str = ""

    @property
    def page(self) -> QSizeF:
        """The size in which layers draw, in pixels at a scale of 1."""
        return QSizeF(self.width / self.scale, self.height / self.scale)

    def colors(self, on_screen: Colors) -> Colors:
        """The colours of the figure, given those on screen."""
        return {"light": LIGHT, "dark": DARK}.get(self.scheme, on_screen)


def usual_scale(width: int, height: int) -> float:
    """The scale at which a figure of this size in pixels reads as one of `USUAL` size does.

    In halves; at least 1, for smaller text can't be read.
    """
    share = math.sqrt(width * height / (USUAL[0] * USUAL[1]))
    return max(1.0, round(2 * share) / 2)


@dataclass(frozen=True, eq=False)
class Figure(ABC):
    """One plot.

    Attributes
    ----------
    name
        A file's name without its ending: `fit`, `loss`.
    heading
        What stands above it unless another title is wanted, when it is asked for.
    colors
        Those on screen.
    tables
        Its numbers, when they are asked for.
    entries
        Its legend in the colours that are in force when it is asked for.
    """

    name: str
    heading: Callable[[], str]
    colors: Callable[[], Colors]
    tables: Callable[[], Sequence[Series]]
    entries: Callable[[], Sequence[Entry]] = field(default=tuple)

    @property
    def title(self) -> str:
        """What it shows at this moment."""
        return self.heading()

    def series(self) -> Sequence[Series]:
        """The numbers behind it."""
        return self.tables()

    @abstractmethod
    def paint(self, painter: FigurePainter, area: QRectF, colors: Colors) -> None:
        """Draw the plot with its legend into an area; the ground and the font are there."""


def paint_page(figure: Figure, painter: FigurePainter, style: Style) -> None:
    """Draw the ground, the title and the plot; the painter's unit is a pixel at a scale of 1."""
    colors = style.colors(figure.colors())
    page = QRectF(0, 0, style.page.width(), style.page.height())
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing
        | QPainter.RenderHint.TextAntialiasing
        | QPainter.RenderHint.SmoothPixmapTransform
    )
    if not style.transparent:
        painter.fillRect(page, QColor(colors.background))
    area = page.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    if style.title:
        font = figure_font(TITLE)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        painter.setPen(QColor(colors.foreground))
        text = metrics.elidedText(style.title, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(QPointF(area.left(), area.top() + metrics.ascent()), text)
        area.setTop(area.top() + metrics.height() + 6)
    painter.setFont(figure_font(TEXT))
    painter.save()
    figure.paint(painter, area, colors)
    painter.restore()


def figure_font(pixels: int) -> QFont:
    """The application's font at a size in pixels, which are the same on every device."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(pixels)
    return font


_PINS = 12


def translated(color: str, before: Colors, after: Colors) -> str:
    """The colour of one scheme that stands for `color` in another; others stay as they are."""
    for index in range(_PINS):
        if color == pin_color(index, before):
            return pin_color(index, after)
    for one in dataclasses.fields(Colors):
        if getattr(before, one.name) == color:
            return str(getattr(after, one.name))
    return color


def like(own: Colors, target: Colors) -> Colors:
    """`target`, with those colours that a plot has of its own: a fit in the colour of its run."""
    base = DARK if own.dark else LIGHT
    changed: dict[str, Any] = {
        one.name: translated(getattr(own, one.name), base, target)
        for one in dataclasses.fields(Colors)
        if getattr(own, one.name) != getattr(base, one.name)
    }
    return dataclasses.replace(target, **changed)


@contextmanager
def restyled(set_colors: Callable[[Colors], None], before: Colors, after: Colors) -> Iterator[None]:
    """Give a plot other colours, and its own again at the end; nothing is painted in between."""
    if before == after:
        yield
        return
    set_colors(after)
    try:
        yield
    finally:
        set_colors(before)


INCH = 25.4  # mm
SCREEN = 96.0  # dots an inch at a scale of 1, as CSS has it


def size_in_pixels(width: int, height: int, scale: float | None) -> tuple[int, int, float]:
    """Width, height and scale of a figure of so many pixels; the scale is chosen if it is None."""
    return width, height, _with_room(width, height, scale or usual_scale(width, height))


def size_on_paper(width: float, height: float, dpi: int) -> tuple[int, int, float]:
    """Width, height and scale in pixels of a figure of so many mm, printed at `dpi` dots an inch.

    Its text has the size that it has on a screen of 96 dots an inch: about 10 points.
    """
    across, up = (max(round(side / INCH * dpi), 1) for side in (width, height))
    return across, up, _with_room(across, up, dpi / SCREEN)


def _with_room(width: int, height: int, scale: float) -> float:
    """The scale, or less where the axes would have no room."""
    return min(scale, max(min(width, height) / LEAST, 0.1))
