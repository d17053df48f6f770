"""The dataset: a list of titles, each with a line about it and a picture of its points."""

import math
from collections.abc import Sequence
from functools import partial
from html import escape

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPalette, QPixmap, QStaticText
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QBoxLayout,
    QProxyStyle,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleHintReturn,
    QStyleOption,
    QStyleOptionViewItem,
    QWidget,
)

from regplay.core.arrays import Floats
from regplay.core.datasets import REGISTRY, Dataset, DatasetError, load
from regplay.core.experiment import DataSettings
from regplay.core.fields import Field, Value
from regplay.core.number_text import counted
from regplay.gui.controls.control import ChoiceControl
from regplay.gui.theme import blend, colors_of, line_color, sized
from regplay.gui.widgets import Label, ModelIndex

SIZE = QSize(60, 44)  # px
_POINTS = 120  # more than these fill the picture without telling more
_CELLS = 14, 10  # columns and rows of a table's picture
_INSET = 4.0  # px between the frame and the outermost points
_DOT = 1.3  # px, radius


def example_points(name: str) -> Dataset | None:
    """The points of a dataset at its own defaults; None if it has none, such as an unnamed file."""
    try:
        return load(DataSettings(name=name, **REGISTRY[name].defaults))
    except DatasetError:
        return None


def draw_thumbnail(dataset: Dataset | None, palette: QPalette, scale: float = 1.0) -> QPixmap:
    """A picture of `SIZE`: a scatter of one or two inputs, else a table (`scale`: pixel ratio)."""
    pixmap = QPixmap(SIZE * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    frame = QRectF(0.5, 0.5, SIZE.width() - 1, SIZE.height() - 1)
    painter.setPen(line_color(palette, 0.3))
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
        painter.setPen(color.darker(140))  # a rim, for colours near the ground's
        left, bottom = across[i] * area.width(), up[i] * area.height()
        painter.drawEllipse(area.bottomLeft() + QPointF(left, -bottom), radius, radius)


def _point_colors(dataset: Dataset, y: Floats, palette: QPalette) -> list[QColor]:
    colors = colors_of(palette)
    if dataset.task == "classification":
        return [QColor(colors.class_color(int(label))) for label in y]
    if dataset.n_inputs == 1:
        return [QColor(colors.train)] * len(y)
    low, high = QColor(colors.train), QColor(colors.valid)
    return [blend(low, high, float(share)) for share in _unit(y)]


def _draw_table(painter: QPainter, area: QRectF, shares: Floats, palette: QPalette) -> None:
    """Cells [rows, columns], each between the ground (0) and a colour (1)."""
    rows, columns = shares.shape
    width, height = area.width() / columns, area.height() / rows
    ground = blend(palette.color(QPalette.ColorRole.Base), line_color(palette, 1.0), 0.12)
    color = QColor(colors_of(palette).train)
    for row in range(rows):
        for column in range(columns):
            left, top = area.left() + column * width, area.top() + row * height
            shade = blend(ground, color, float(shares[row, column]))
            painter.fillRect(QRectF(left, top, width - 1, height - 1), shade)


def _unit(values: Floats) -> Floats:
    """`values` moved and scaled to 0 … 1; 0.5 where they are all the same."""
    if not values.size:
        return values
    low, high = values.min(), values.max()
    return np.full_like(values, 0.5, dtype=float) if high == low else (values - low) / (high - low)


_MARGIN = 6  # px around a picture in the list
_POPUP_WIDTH = 420  # px; the list may be wider than the panel
_VISIBLE_ROWS = 10
_TEXT_LEFT = SIZE.width() + 2 * _MARGIN  # px


class DatasetDelegate(QStyledItemDelegate):
    """Draws one row of the list: a picture, and beside it a title over a description.

    Pictures are made once a row was painted, so that the list opens at once and nothing is loaded
    before it does.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        # By the dataset, the ground and the pixel ratio; None until it is drawn
        self._pictures: dict[tuple[str, int, float], QPixmap | None] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: ModelIndex) -> QSize:
        """The picture or the text beside it, whichever is taller, and the margins."""
        height = max(SIZE.height(), math.ceil(self._words(index).size().height()))
        return QSize(200, height + 2 * _MARGIN)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        self.initStyleOption(option, index)
        area: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        palette: QPalette = option.palette  # type: ignore[attr-defined]
        QApplication.style().drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, self._view
        )
        picture = self._picture(index.data(Qt.ItemDataRole.UserRole), palette)
        if picture is not None:
            painter.drawPixmap(area.topLeft() + QPoint(_MARGIN, _MARGIN), picture)
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if is_chosen else QPalette.ColorRole.Text
        painter.save()
        painter.setPen(palette.color(role))
        painter.setFont(self._view.font())
        place = area.topLeft() + QPoint(_TEXT_LEFT, _MARGIN - 2)
        painter.drawStaticText(place, self._words(index))
        painter.restore()

    def _words(self, index: ModelIndex) -> QStaticText:
        spec, font = REGISTRY[index.data(Qt.ItemDataRole.UserRole)], self._view.font()
        style = f"font-size: {sized(font, 0.93).pixelSize()}px"
        title, line = escape(spec.title), escape(spec.description)
        words = QStaticText(f"<b>{title}</b><br><span style='{style}'>{line}</span>")
        words.setTextWidth(_POPUP_WIDTH - _TEXT_LEFT - 4 * _MARGIN)
        words.prepare(font=font)
        return words

    def _picture(self, name: str, palette: QPalette) -> QPixmap | None:
        ratio = self._view.devicePixelRatioF()
        key = (name, palette.color(QPalette.ColorRole.Base).rgba(), ratio)
        if key not in self._pictures:
            self._pictures[key] = None
            QTimer.singleShot(0, self, partial(self._draw, key))
        return self._pictures[key]

    def _draw(self, key: tuple[str, int, float]) -> None:
        name, _, ratio = key
        self._pictures[key] = draw_thumbnail(example_points(name), self._view.palette(), ratio)
        self._view.viewport().update()


class _ListStyle(QProxyStyle):
    """Fusion, but a combo box opens a list: its own menu would be as tall as the screen."""

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        data: QStyleHintReturn | None = None,
    ) -> int:
        if hint == QStyle.StyleHint.SH_ComboBox_Popup:
            return 0
        return super().styleHint(hint, option, widget, data)


class Description(Label):
    """A line about a dataset; the theme gives its class a font of its own."""


_REMARKS = 2  # of a table in sight; all of them are in the tooltip


def _sentence(line: str) -> str:
    return f"{line[0].upper()}{line[1:]}{'' if line.endswith('…') else '.'}"


class DatasetPicker(ChoiceControl):
    """Which dataset to learn, with its description below, of a table how it was taken."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.combo.setMaxVisibleItems(_VISIBLE_ROWS)
        self._style = _ListStyle("Fusion")
        self._style.setParent(self)
        self.combo.setStyle(self._style)
        view = self.combo.view()
        view.setMinimumWidth(_POPUP_WIDTH)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)  # there is more
        self.combo.setItemDelegate(DatasetDelegate(view))
        self.description = Description(self)
        self.description.setWordWrap(True)
        self.description.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.description.setText(REGISTRY[str(self._value)].description)

        self._row.setDirection(QBoxLayout.Direction.TopToBottom)
        self._row.setSpacing(4)
        self._row.addWidget(self.description)

    def set_remarks(self, words: str, remarks: Sequence[str]) -> None:
        """Say of a person's table what is odd about it, or how it was taken; all in the tooltip.

        Without `words`, which say the latter, it is no such table, and described as what it is.
        """
        shown = [*remarks[:_REMARKS]] if remarks else [words]
        left = len(remarks) - len(shown)
        if left > 0:
            shown.append(f"and {counted(left, 'remark')} more, if the pointer rests here")
        usual = REGISTRY[str(self._value)].description
        self.description.setText("\n".join(map(_sentence, shown)) if words else usual)
        # Rich text, because Qt breaks the lines of that alone.
        paragraphs = [f"<p>{escape(_sentence(line))}</p>" for line in (words, *remarks) if line]
        self.description.setToolTip("".join(paragraphs))

    def text(self, value: Value) -> str:
        return REGISTRY[str(value)].title

    def _show(self, value: Value) -> None:
        super()._show(value)
        self.set_remarks("", [])
