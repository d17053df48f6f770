"""A plot as a figure of any size, and its numbers; as files and on the clipboard.

A plot has several series of different lengths: points, curves, bands. The table has a row for each
point of each of them; its first column, `series`, says of which. The other columns have the names
of the axes or of what was measured, and a cell is empty where a series has no such number. Numbers
are as they are, with all their digits, whatever the scale of an axis; what is no number is `nan`.
"""

import copy
import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QImage, QPainter, QPicture
from PySide6.QtSvg import QSvgGenerator

from regplay.core import UserError
from regplay.gui.beside import done_beside
from regplay.gui.plots import VECTORS, Axes, Bar, Entry, Frame, Layer, Scale, paint_legend
from regplay.gui.png import as_png
from regplay.gui.theme import DARK, LIGHT, Colors, unit_of
from regplay.gui.widgets import show_waiting
from regplay.session.files import with_advice, write_atomically

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
        return {
            f"{name}_" if name == SERIES else name: _plain(values)  # a column may have that name
            for name, values in self.columns.items()
        }


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


def _plain(values: ArrayLike) -> list[Any]:
    if isinstance(values, list | tuple) and any(isinstance(value, str) for value in values):
        return list(values)
    array = np.asarray(values)
    plain: list[Any] = (array.astype(int) if array.dtype == np.bool_ else array).tolist()
    return plain


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


def figure_frame(painter: QPainter, size: QSizeF, x: Scale, y: Scale, colors: Colors) -> Frame:
    """How data become pixels of a figure."""
    ratio = max(painter.device().devicePixelRatioF(), 1.0)
    return Frame(size.width(), size.height(), x, y, ratio, colors, VECTORS)


_BAR_NAME = 16.0  # pixels over a bar, for its name


def paint_layers(
    painter: QPainter,
    inside: QRectF,
    axes: Axes,
    layers: Iterable[Layer],
    colors: Colors,
    *,
    is_cut: bool = True,
) -> None:
    """Draw layers into the inside of axes, at any size; what is outside is cut off unless asked."""
    frame = figure_frame(painter, inside.size(), axes.x.scale, axes.y.scale, colors)
    for layer in layers:
        painter.save()
        if is_cut:
            painter.setClipRect(inside)
        painter.translate(inside.topLeft())
        # A copy: what a layer remembers of its last frame belongs to the screen.
        copy.copy(layer).paint(painter, frame)
        painter.restore()


@dataclass(frozen=True, eq=False)
class Plot:
    """What a plot shows, without its size: the chart on screen draws by the same axes and layers.

    Attributes
    ----------
    axes
        What stands along both sides.
    layers
        What is drawn inside, from bottom to top.
    entries
        Its legend.
    bar
        The scale of its colours, or None.
    beside
        Drawn over the inside and beside it, or None.
    """

    axes: Axes
    layers: Sequence[Layer]
    entries: Sequence[Entry] = ()
    bar: Bar | None = None
    beside: Layer | None = None

    def paint(self, painter: QPainter, area: QRectF, colors: Colors) -> QRectF:
        """Draw the legend over the axes, and the layers inside them; where these are."""
        metrics = QFontMetricsF(painter.font())
        area = area.adjusted(0, paint_legend(painter, self.entries, area, colors), 0, 0)
        width = 0.0
        if self.bar is not None:
            width = self.bar.width(metrics)
            area = area.adjusted(0, _BAR_NAME * unit_of(metrics), -width, 0)
        inside = self.axes.inside(area, metrics)
        paint_layers(painter, inside, self.axes, self.layers, colors)
        self.axes.paint(painter, inside, colors)
        if self.beside is not None:
            paint_layers(painter, inside, self.axes, (self.beside,), colors, is_cut=False)
        if self.bar is not None:
            place = QRectF(area.right(), inside.top(), width, inside.height())
            self.bar.paint(painter, place, colors)
        return inside


@dataclass(frozen=True, eq=False)
class Figure:
    """One plot.

    Attributes
    ----------
    name
        A file's name without its ending: `fit`, `loss`.
    title
        What stands above it unless another title is wanted, when it is asked for.
    colors
        Those on screen.
    series
        Its numbers, when they are asked for.
    paint
        Draws the plot with its legend into an area, where the ground and the font are set; returns
        where the data are, inside of axes if there are any.
    subtitle
        A line under the title, in smaller letters; may be empty.
    """

    name: str
    title: Callable[[], str]
    colors: Callable[[], Colors]
    series: Callable[[], Sequence[Series]]
    paint: Callable[[QPainter, QRectF, Colors], QRectF]
    subtitle: str = ""

    def save_data(self, path: Path) -> None:
        """Write the numbers behind a plot as CSV.

        Raises
        ------
        FigureError
            If there are none yet, or the file can't be written.
        """
        series = self._known_series()
        done_beside(lambda: _write(path, to_text(series), "the data"), show_waiting)

    def _known_series(self) -> Sequence[Series]:
        series = self.series()
        if not series:
            raise FigureError(f"{self.title() or self.name}: there is nothing to save yet")
        return series

    def copy(self) -> None:
        """Put it on the clipboard as an image of the usual size, twice as fine."""
        FigurePage(self, Style(title=self.title())).copy()

    def copy_data(self) -> None:
        """Put the numbers on the clipboard: as text separated by tabs, and as CSV.

        Raises
        ------
        FigureError
            If there are none yet.
        """
        series, data = self._known_series(), QMimeData()
        text, table = done_beside(
            lambda: (to_text(series, "\t"), to_text(series).encode()), show_waiting
        )
        data.setText(text)
        data.setData("text/csv", table)
        QGuiApplication.clipboard().setMimeData(data)


def paint_page(figure: Figure, painter: QPainter, style: Style) -> QRectF:
    """Draw the ground, the title and the plot; the painter's unit is a pixel at a scale of 1.

    Returns
    -------
    Where the data are.
    """
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
    text_font, title_font = figure_font(TEXT), figure_font(TITLE)
    title_font.setWeight(QFont.Weight.DemiBold)
    for text, font, color, below in (
        (style.title, title_font, colors.foreground, 6),
        (figure.subtitle, text_font, colors.muted, 8),
    ):
        if text:
            metrics = QFontMetricsF(font)
            painter.setFont(font)
            painter.setPen(QColor(color))
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(QPointF(area.left(), area.top() + metrics.ascent()), text)
            area.setTop(area.top() + metrics.height() + below)
    painter.setFont(text_font)
    painter.save()
    inside = figure.paint(painter, area, colors)
    painter.restore()
    return inside


def figure_font(pixels: int) -> QFont:
    """The application's font at a size in pixels, which are the same on every device."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(pixels)
    return font


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


# Files and the clipboard

FORMATS = ("png", "svg")
MOST = 16_384  # pixels of a side
_MOST_PIXELS = 100_000_000  # 400 MB of memory
_BAND_PIXELS = 2_000_000  # drawn at once: other threads wait for the interpreter meanwhile


class FigureError(UserError):
    """A figure can't be made or written; the message says what, where and what to do."""


class FigurePage:
    """A figure as it was when this was made, with its ground and its title: an image or a file."""

    def __init__(self, figure: Figure, style: Style) -> None:
        self._style, self._title, self._picture = style, figure.title(), QPicture()
        with QPainter(self._picture) as painter:
            paint_page(figure, painter, style)

    def save(self, path: Path) -> None:
        """Write a PNG or an SVG, as the name ends.

        Raises
        ------
        FigureError
            If the name has another ending, there is no room in memory, or it can't be written.
        """
        make = {"png": self._png, "svg": self.svg}.get(path.suffix.lower().lstrip("."))
        if make is None:
            raise FigureError(f"{path}: a figure's name ends in .png or .svg")
        done_beside(lambda: _write(path, make(), "the figure"), show_waiting)

    def copy(self) -> None:
        """Put it on the clipboard as an image.

        Raises
        ------
        FigureError
            If there is no memory for so many pixels.
        """
        image = done_beside(self.image, show_waiting)
        image.setDevicePixelRatio(1.0)  # other programs count pixels
        QGuiApplication.clipboard().setImage(image)

    def image(self, scale: float | None = None) -> QImage:
        """Of `style.width` × `style.height` pixels, or as large as it is at another scale.

        Raises
        ------
        FigureError
            If there is no memory for so many pixels.
        """
        style, page = self._style, self._style.page
        scale = scale or style.scale
        width, height = (max(round(side * scale), 1) for side in (page.width(), page.height()))
        form, image = QImage.Format, QImage()
        if width * height <= _MOST_PIXELS:
            kind = form.Format_ARGB32_Premultiplied if style.transparent else form.Format_RGB32
            image = QImage(width, height, kind)
        if image.isNull():
            raise FigureError(
                f"a figure of {width:,} × {height:,} pixels does not fit into memory: "
                "choose a smaller size, or SVG, which has no pixels"
            )
        line, rows = image.bytesPerLine(), max(_BAND_PIXELS // width, 1)
        for top in range(0, height, rows):
            at_once = min(rows, height - top)
            band = QImage(image.bits()[top * line :], width, at_once, line, image.format())
            band.fill(Qt.GlobalColor.transparent)
            band.setDevicePixelRatio(scale)
            with QPainter(band) as painter:
                painter.translate(0, -top / scale)
                painter.drawPicture(0, 0, self._picture)
        image.setDevicePixelRatio(scale)
        dots = round(SCREEN * scale / INCH * 1000)  # a metre: text keeps its size on paper
        image.setDotsPerMeterX(dots)
        image.setDotsPerMeterY(dots)
        return image

    def _png(self) -> bytes:
        return as_png(self.image())

    def svg(self) -> bytes:
        """As an SVG 1.1: paths and text; only coloured surfaces are images.

        It has the same proportions as the PNG, and the size at which its text is `TEXT` pixels
        high.
        """
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        page = self._style.page
        generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # 1.2 Tiny has no clipping
        generator.setOutputDevice(buffer)
        generator.setResolution(round(SCREEN))
        generator.setSize(QSize(round(page.width()), round(page.height())))
        generator.setViewBox(QRectF(0, 0, page.width(), page.height()))
        generator.setTitle(self._style.title or self._title)
        with QPainter(generator) as painter:
            painter.drawPicture(0, 0, self._picture)
        text = bytes(buffer.data().data())
        # Whole pixels in mm, as Qt writes them, are none to a program that turns them back.
        size = b'<svg width="%g" height="%g"' % (page.width(), page.height())
        text = re.sub(rb'<svg width="[^"]*" height="[^"]*"', size, text, count=1)
        # Another machine may not have the font.
        return re.sub(rb'font-family="([^"]*)"', rb'font-family="\1, sans-serif"', text)


def _write(path: Path, data: bytes | str, what: str) -> None:
    try:
        write_atomically(path, data)
    except OSError as error:
        raise FigureError(f"{path}: can't save {what}: {with_advice(error)}") from error
