"""The gallery of starting points: what one can begin with, as pictures to choose from."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from regplay.core.fields import Value, replace
from regplay.gui.editing import EditMode
from regplay.gui.persistence import Documents, FileCommands
from regplay.gui.theme import line_color
from regplay.gui.training import Runner, StudyScheduler
from regplay.gui.widgets import LOOK_EVENTS, Label, ModelIndex, as_plain, fill, named
from regplay.session.illustrated import IllustratedError, StartingPoint, starting_points

if TYPE_CHECKING:
    from regplay.gui.figures.thumbnails import Thumbnails

_COLUMNS, _ROWS = 4, 4
_PICTURE = QSize(212, 72)  # px
_PADDING, _BETWEEN = 8, 4  # px around a tile's content; between its parts
_LINES = 2  # of text under a title
_RADIUS = 4.0


class _Tile(QStyledItemDelegate):
    """A picture over a title over two lines of text."""

    # Each `option` is a QStyleOptionViewItem, whose type stub lacks its attributes.

    def __init__(self, titles: list[str], thumbnails: "Thumbnails", parent: QWidget) -> None:
        super().__init__(parent)
        self._titles = titles
        self._thumbnails = thumbnails
        self._pixmaps: dict[int, QPixmap] = {}

    def forget(self, index: int | None = None) -> None:
        """Draw a picture anew, or all."""
        if index is None:
            self._pixmaps.clear()
        else:
            self._pixmaps.pop(index, None)

    def sizeHint(self, option: Any, index: ModelIndex) -> QSize:
        """The same for all."""
        line = QFontMetrics(option.font).lineSpacing()
        height = _PICTURE.height() + 2 * _BETWEEN + (1 + _LINES) * line
        bold = QFontMetrics(_bold(option.font))
        widest = max(map(bold.horizontalAdvance, self._titles))
        width = max(_PICTURE.width(), widest + _BETWEEN)
        return QSize(width + 2 * _PADDING, height + 2 * _PADDING)

    def paint(self, painter: QPainter, option: Any, index: ModelIndex) -> None:
        """The chosen one has a frame in the accent colour."""
        palette, role = option.palette, QPalette.ColorRole
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        is_under_mouse = bool(option.state & QStyle.StateFlag.State_MouseOver)
        tile = QRectF(option.rect).adjusted(1, 1, -1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_chosen or is_under_mouse:
            accent = palette.color(role.Highlight)
            painter.setPen(QPen(accent, 2.0 if is_chosen else 1.0))
            painter.drawRoundedRect(tile, _RADIUS, _RADIUS)
        inside = option.rect.adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
        ratio = painter.device().devicePixelRatioF()
        pixmap = self._pixmaps.get(index.row())
        if pixmap is None or pixmap.devicePixelRatio() != ratio:
            size = QSizeF(inside.width(), _PICTURE.height())
            pixmap = self._thumbnails.pixmap(index.row(), size, ratio, palette)
            self._pixmaps[index.row()] = pixmap
        painter.drawPixmap(QPointF(inside.topLeft()), pixmap)
        painter.setPen(QPen(line_color(palette, 0.25), 1))
        picture = QRectF(inside.topLeft(), QSizeF(inside.width(), _PICTURE.height()))
        painter.drawRect(picture.adjusted(0.5, 0.5, -0.5, -0.5))
        self._paint_text(painter, option, index, inside)
        painter.restore()

    @staticmethod
    def _paint_text(painter: QPainter, option: Any, index: ModelIndex, inside: QRect) -> None:
        line = QFontMetrics(option.font).lineSpacing()
        top = inside.top() + _PICTURE.height() + _BETWEEN
        painter.setFont(_bold(option.font))
        painter.setPen(option.palette.color(QPalette.ColorRole.WindowText))
        title = index.data(Qt.ItemDataRole.DisplayRole)
        left, width = inside.left(), inside.width()
        painter.drawText(QRect(left, top, width, line), Qt.AlignmentFlag.AlignLeft, title)
        painter.setFont(option.font)
        painter.setPen(line_color(option.palette, 0.8))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        text = index.data(Qt.ItemDataRole.UserRole)
        place = QRect(left, top + line + _BETWEEN, width, _LINES * line)
        painter.drawText(place, int(flags), text)


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold


class _Tiles(QListWidget):
    """All tiles; arrows choose, Enter or a click takes.

    Signals
    -------
    taken
        (int): the index of the tile.
    """

    taken = Signal(int)

    def __init__(self, points: list[StartingPoint], thumbnails: "Thumbnails") -> None:
        super().__init__()
        self._tile = _Tile([point.title for point in points], thumbnails, self)
        self.setItemDelegate(self._tile)
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setMovement(QListWidget.Movement.Static)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setMouseTracking(True)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Base, palette.color(QPalette.ColorRole.Window))
        self.setPalette(palette)
        for point in points:
            item = QListWidgetItem(point.title, self)
            item.setData(Qt.ItemDataRole.UserRole, point.text)
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, point.text)
            item.setToolTip(as_plain(point.text))
        self.setCurrentRow(0)
        self.itemClicked.connect(lambda item: self.taken.emit(self.row(item)))
        thumbnails.changed.connect(self._draw_again)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes the chosen one; Qt leaves that to the platform."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.taken.emit(self.currentRow())
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in LOOK_EVENTS:
            if hasattr(self, "_tile"):
                self._tile.forget()
            self.viewport().update()

    def sizeHint(self) -> QSize:
        """Room for all, without scrolling."""
        tile = self.sizeHintForIndex(self.model().index(0, 0))
        # Qt leaves a pixel between tiles, and breaks the row where the last one just fits.
        return QSize(_COLUMNS * tile.width() + 24, _ROWS * tile.height() + 8)

    def _draw_again(self, index: int) -> None:
        self._tile.forget(index)
        self.viewport().update(self.visualItemRect(self.item(index)))


class Gallery(QObject):
    """Shows the starting points, and begins with the one that is chosen.

    Whatever was open before is gone then, but for what is asked about as before another file is
    opened; the settings come back by one step of undo.

    Parameters
    ----------
    owner
        In front of whose window the dialog stands.
    studies, runner
        Who trains the pictures, and what was chosen.

    Signals
    -------
    begun
        Another thing is open: nothing of the last one is wanted.
    failed
        (str): the files that ship with the program are damaged.
    """

    begun = Signal()
    failed = Signal(str)

    def __init__(
        self,
        owner: QWidget,
        studies: StudyScheduler,
        runner: Runner,
        documents: Documents,
        files: FileCommands,
        editing: EditMode,
    ) -> None:
        super().__init__(owner)
        self._owner, self._studies, self._runner = owner, studies, runner
        self._documents, self._files, self._editing = documents, files, editing
        self._points: list[StartingPoint] = []
        self._thumbnails: Thumbnails | None = None
        self._dialog: QDialog | None = None

    def show(self) -> None:
        """Show the starting points."""
        if self._dialog is not None:
            return
        if self._thumbnails is None:
            from regplay.gui.figures.thumbnails import Thumbnails  # which needs torch

            try:
                self._points = starting_points()
            except IllustratedError as error:
                self.failed.emit(str(error))
                return
            self._thumbnails = Thumbnails(list(self._points), self._studies, self._owner)
        dialog = self._dialog = named("gallery", QDialog(self._owner))
        dialog.setWindowTitle("New")
        tiles = named("gallery.tiles", _Tiles(self._points, self._thumbnails))
        tiles.setAccessibleName("Starting points")
        # Once the click is over: while something is asked, the dialog is deleted, and its list is
        # in the midst of its event.
        tiles.taken.connect(self._take, Qt.ConnectionType.QueuedConnection)
        margins = (12, 12, 12, 12)
        layout = fill(QVBoxLayout(dialog), Label("Begin with:"), tiles, margins=margins, spacing=8)
        dialog.finished.connect(self._closed)
        self._thumbnails.set_in_sight(True)
        # Qt itself would make no dialog wider than two thirds of the screen.
        dialog.resize(layout.sizeHint().boundedTo(self._owner.window().size()))
        dialog.open()
        tiles.setFocus()

    def _closed(self) -> None:
        if self._dialog is not None and self._thumbnails is not None:
            self._thumbnails.set_in_sight(False)
            self._dialog.deleteLater()
            self._dialog = None

    def _take(self, index: int) -> None:
        if self._dialog is not None:
            self._dialog.accept()
            self.begin(self._points[index])

    def begin(self, point: StartingPoint) -> None:
        """Begin with a starting point."""
        if point.begins == "table":
            self._files.choose_data(lambda values: self._begin(point, values))
            return
        if self._begin(point, {}) and point.begins == "editing":
            self._editing.button.setChecked(True)

    def _begin(self, point: StartingPoint, values: Mapping[str, Value]) -> bool:
        """Open its experiment with some values otherwise; whether that was done."""
        experiment = replace(point.experiment, values)
        if not self._documents.begin(experiment, point.curves):
            return False
        self.begun.emit()
        self._runner.play()
        return True
