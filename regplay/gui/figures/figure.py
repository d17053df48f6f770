"""What a plot gives: a way to draw it at any size, and its numbers."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPainter

from regplay.gui.figures.data import Series
from regplay.gui.plots.figure_painter import FigurePainter
from regplay.gui.plots.legend import Entry
from regplay.gui.theme import DARK, LIGHT, Colors

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
