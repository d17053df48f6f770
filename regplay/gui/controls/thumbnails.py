"""Small pictures of datasets, drawn from their own points."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPixmap

from regplay.core.datasets import REGISTRY, Dataset, DatasetError, load
from regplay.core.datasets.dataset import Floats
from regplay.core.experiment import DataSettings
from regplay.gui.controls import tones
from regplay.gui.theme import DARK, LIGHT, Colors

SIZE = QSize(60, 44)  # px
_POINTS = 120  # more than these fill the picture without telling more
_CELLS = 14, 10  # columns and rows of a table's picture
_INSET = 4.0  # px between the frame and the outermost points
_DOT = 1.3  # px, radius


def example(name: str) -> Dataset | None:
    """The points of a dataset at its own defaults; None if it has none, such as an unnamed file."""
    try:
        return load(DataSettings(name=name, **REGISTRY[name].defaults))
    except DatasetError:
        return None


def draw(dataset: Dataset | None, palette: QPalette, scale: float = 1.0) -> QPixmap:
    """A picture of `SIZE`: a scatter of one or two inputs, else a table (`scale`: pixel ratio)."""
    pixmap = QPixmap(SIZE * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    frame = QRectF(0.5, 0.5, SIZE.width() - 1, SIZE.height() - 1)
    painter.setPen(tones.line(palette, 0.3))
    painter.setBrush(palette.color(QPalette.ColorRole.Base))
    painter.drawRoundedRect(frame, 3, 3)
    painter.setPen(Qt.PenStyle.NoPen)
    inner = frame.adjusted(_INSET, _INSET, -_INSET, -_INSET)
    if dataset is None:
        _draw_table(painter, inner, np.zeros(_CELLS[::-1]), palette)
    elif dataset.n_inputs > 2:
        cells = dataset.inputs(dataset.train.x)[: _CELLS[1], : _CELLS[0]]
        _draw_table(painter, inner, _unit(np.clip(cells, -2, 2)), palette)
    else:
        _draw_points(painter, inner, dataset, palette)
    painter.end()
    return pixmap


def _draw_points(painter: QPainter, area: QRectF, dataset: Dataset, palette: QPalette) -> None:
    x, y = dataset.train.x[:_POINTS], dataset.train.y[:_POINTS]
    across = _unit(x[:, 0])
    up = _unit(x[:, 1] if dataset.n_inputs == 2 else y)
    radius = _DOT if len(y) > 20 else 2 * _DOT
    for i, color in enumerate(_point_colors(dataset, y, palette)):
        painter.setBrush(color)
        point = QPointF(
            area.left() + across[i] * area.width(), area.bottom() - up[i] * area.height()
        )
        painter.setPen(color.darker(140))  # a rim, for colours near the ground's
        painter.drawEllipse(point, radius, radius)


def _point_colors(dataset: Dataset, y: Floats, palette: QPalette) -> list[QColor]:
    colors = _colors(palette)
    if dataset.task == "classification":
        return [QColor(colors.classes[int(label) % len(colors.classes)]) for label in y]
    if dataset.n_inputs == 1:
        return [QColor(colors.train)] * len(y)
    low, high = QColor(colors.train), QColor(colors.valid)
    return [tones.blend(low, high, float(share)) for share in _unit(y)]


def _draw_table(painter: QPainter, area: QRectF, shares: Floats, palette: QPalette) -> None:
    """Cells [rows, columns], each between the ground (0) and a colour (1)."""
    rows, columns = shares.shape
    width, height = area.width() / columns, area.height() / rows
    ground = tones.blend(palette.color(QPalette.ColorRole.Base), tones.line(palette, 1.0), 0.12)
    color = QColor(_colors(palette).train)
    for row in range(rows):
        for column in range(columns):
            painter.setBrush(tones.blend(ground, color, float(shares[row, column])))
            painter.drawRect(
                QRectF(
                    area.left() + column * width, area.top() + row * height, width - 1, height - 1
                )
            )


def _colors(palette: QPalette) -> Colors:
    return DARK if tones.is_dark(palette) else LIGHT


def _unit(values: Floats) -> Floats:
    """`values` moved and scaled to 0 … 1; 0.5 where they are all the same."""
    if not values.size:
        return values
    low, high = values.min(), values.max()
    return np.full_like(values, 0.5, dtype=float) if high == low else (values - low) / (high - low)
