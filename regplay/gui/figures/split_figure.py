"""All fits that are side by side as one figure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF

from regplay.gui.figures.data import Series
from regplay.gui.figures.figure import Figure
from regplay.gui.plots.figure_painter import FigurePainter
from regplay.gui.theme import Colors

_GAP = 12.0  # pixels between two of them


@dataclass(frozen=True, eq=False)
class SplitFigure(Figure):
    """Several figures, each under its title: side by side, or in two rows."""

    cells: Sequence[Figure] = ()

    def paint(self, painter: FigurePainter, area: QRectF, colors: Colors) -> None:
        """Draw them one by one."""
        columns = 1 if len(self.cells) == 1 else 2
        rows = -(-len(self.cells) // columns)
        width = (area.width() - (columns - 1) * _GAP) / columns
        height = (area.height() - (rows - 1) * _GAP) / rows
        metrics = QFontMetricsF(painter.font())
        for index, cell in enumerate(self.cells):
            row, column = divmod(index, columns)
            left, top = area.left() + column * (width + _GAP), area.top() + row * (height + _GAP)
            place = QRectF(left, top, width, height)
            title = metrics.elidedText(cell.title, Qt.TextElideMode.ElideRight, width)
            painter.save()
            painter.setPen(QColor(colors.foreground))
            painter.drawText(QPointF(left, top + metrics.ascent()), title)
            cell.paint(painter, place.adjusted(0, metrics.height() + 4, 0, 0), colors)
            painter.restore()


def split_figure(cells: Sequence[Figure]) -> Figure:
    """One figure of several; its table names the run before each series."""

    def tables() -> list[Series]:
        return [
            replace(one, name=f"{cell.title}: {one.name}")
            for cell in cells
            for one in cell.series()
        ]

    return SplitFigure(
        name="split", heading=lambda: "", colors=cells[0].colors, tables=tables, cells=tuple(cells)
    )
