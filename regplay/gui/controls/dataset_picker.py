"""The dataset: a list of titles, each with a line about it and a picture of its points."""

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QProxyStyle,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleHintReturn,
    QStyleOption,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from regplay.core.datasets import REGISTRY
from regplay.core.fields import Field, Value
from regplay.gui.controls import thumbnails
from regplay.gui.controls.choice import Combo
from regplay.gui.controls.control import Control, FieldLabel

_MARGIN = 6  # px around a picture in the list
_POPUP_WIDTH = 420  # px; the list may be wider than the panel
_VISIBLE_ROWS = 10

_TEXT_LEFT = thumbnails.SIZE.width() + 2 * _MARGIN  # px
_WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap)

Index = QModelIndex | QPersistentModelIndex


def _name(index: Index) -> str:
    return str(index.data(Qt.ItemDataRole.UserRole))


class DatasetDelegate(QStyledItemDelegate):
    """Draws one row of the list.

    Pictures are made when a row is first painted, one an event-loop turn, so that the list opens
    at once and nothing is loaded before it does.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self._pictures: dict[tuple[str, int, float], QPixmap] = {}
        self._wanted: list[tuple[str, int, float]] = []
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._draw_next)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The picture or the text beside it, whichever is taller, and the margins."""
        title, line = self._fonts()
        text = QRect(0, 0, _POPUP_WIDTH - _TEXT_LEFT - 4 * _MARGIN, 1000)
        description = REGISTRY[_name(index)].description
        words = QFontMetrics(line).boundingRect(text, _WRAPPED, description)
        height = QFontMetrics(title).height() + words.height()
        return QSize(200, max(thumbnails.SIZE.height(), height) + 2 * _MARGIN)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the picture, the title, and the description below it."""
        self.initStyleOption(option, index)
        area: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        palette: QPalette = option.palette  # type: ignore[attr-defined]
        QApplication.style().drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, self._view
        )
        spec = REGISTRY[_name(index)]
        picture = self._picture(spec.name, palette, self._view.devicePixelRatioF())
        if picture is not None:
            painter.drawPixmap(area.topLeft() + QPoint(_MARGIN, _MARGIN), picture)

        selected = bool(state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        text = area.adjusted(_TEXT_LEFT, _MARGIN - 2, -_MARGIN, 0)
        title, line = self._fonts()
        painter.save()
        painter.setPen(palette.color(role))
        painter.setFont(title)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft, spec.title)
        text.setTop(text.top() + painter.fontMetrics().height())
        painter.setFont(line)
        painter.drawText(text, _WRAPPED, spec.description)
        painter.restore()

    def _fonts(self) -> tuple[QFont, QFont]:
        """Those of the title and of the description."""
        title, line = QFont(self._view.font()), QFont(self._view.font())
        title.setBold(True)
        line.setPointSizeF(line.pointSizeF() * 0.9)
        return title, line

    def _picture(self, name: str, palette: QPalette, scale: float) -> QPixmap | None:
        key = (name, palette.color(QPalette.ColorRole.Base).rgba(), scale)
        if key not in self._pictures and key not in self._wanted:
            self._wanted.append(key)
            self._timer.start()
        return self._pictures.get(key)

    def _draw_next(self) -> None:
        key = self._wanted.pop(0)
        name, _, scale = key
        dataset = thumbnails.example(name)
        self._pictures[key] = thumbnails.draw(dataset, self._view.palette(), scale)
        if not self._wanted:
            self._timer.stop()
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


class DatasetPicker(Control):
    """Which dataset to learn, with its description below."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.label = FieldLabel(field.label, self)
        self.combo = Combo(self)
        for name in field.choices:
            self.combo.addItem(REGISTRY[name].title, name)
        self.combo.setCurrentIndex(self.combo.findData(self._value))
        self.combo.setAccessibleName(field.label)
        self.combo.setAccessibleDescription(field.description)
        self.combo.setMaxVisibleItems(_VISIBLE_ROWS)
        self._style = _ListStyle("Fusion")
        self.combo.setStyle(self._style)
        view = self.combo.view()
        view.setMinimumWidth(_POPUP_WIDTH)
        view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)  # there is more
        self.combo.setItemDelegate(DatasetDelegate(view))
        self.label.setBuddy(self.combo)
        self.setFocusProxy(self.combo)

        self.description = QLabel(self)
        self.description.setWordWrap(True)
        self.description.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.description.setText(REGISTRY[str(self._value)].description)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(self.label)
        layout.addWidget(self.combo)
        layout.addWidget(self.description)

        self.label.doubleClicked.connect(self.reset)
        self.combo.currentIndexChanged.connect(self._picked)

    def text(self, value: Value) -> str:
        """The dataset's title."""
        return REGISTRY[str(value)].title

    def _picked(self, index: int) -> None:
        self.setValue(self.combo.itemData(index))

    def _show(self, value: Value) -> None:
        self.combo.setCurrentIndex(self.combo.findData(value))
        self.description.setText(REGISTRY[str(value)].description)
