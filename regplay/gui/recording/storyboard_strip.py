"""A storyboard below the timeline: its steps, to be played, stepped through, moved and changed."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from regplay.core import UserError
from regplay.core.fields import FIELDS
from regplay.gui.persistence import Keeping
from regplay.gui.recording.playback import Playback
from regplay.gui.theme import zoomed
from regplay.gui.widgets import (
    CloseButton,
    FlatButton,
    Label,
    WrappedLabel,
    application,
    as_plain,
    fill,
    named,
    path_to_save,
)
from regplay.session.storyboard import (
    Step,
    Storyboard,
    StoryboardError,
    check_readable,
    duration,
    read_step,
    step_table,
    step_toml,
    verb,
    write_storyboard,
)

_WIDTH = 150  # px at 100 %, of a step
_KEYS = {Qt.Key.Key_Space, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp}
_WRITES = (QLineEdit, QAbstractSpinBox, QPlainTextEdit)  # where Space is a letter


class StepDialog(QDialog):
    """A step as text, which is checked before it is taken.

    Attributes
    ----------
    step
        What was written last and can be played.
    """

    def __init__(self, step: Step, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Edit step: {verb(step)}")
        self.step = step
        self.text = named("step.text", QPlainTextEdit(step_toml(step)))
        self.text.setTabChangesFocus(True)
        self.problem = named("step.problem", WrappedLabel())
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        fill(
            QVBoxLayout(self),
            (self.text, 1),
            self.problem,
            buttons,
            margins=(12, 12, 12, 12),
            spacing=8,
        )
        self.resize(zoomed(520), zoomed(260))

    def accept(self) -> None:
        """Take it, or say what is wrong."""
        try:
            self.step = read_step(self.text.toPlainText(), self.step)
        except StoryboardError as error:
            self.problem.setText(str(error))
            return
        super().accept()


class StoryboardStrip(QWidget):
    """The steps beside one another; Space and the keys of a presenter's remote step through them.

    Attributes
    ----------
    playback
        Of the storyboard that is open; None without one.
    is_modified
        Whether it holds what was not saved.

    Parameters
    ----------
    keep_changes
        Asks what to do with that; as of `Dialogs`.

    Signals
    -------
    failed
        (str): what a step asks for does not hold, or a file can't be written.
    done
        (str): what was saved.
    """

    failed = Signal(str)
    done = Signal(str)

    def __init__(
        self,
        make_playback: Callable[[Storyboard], Playback],
        keep_changes: Callable[[str], Keeping],
    ) -> None:
        super().__init__()
        self.setObjectName("storyboard")
        self._make_playback, self._keep_changes = make_playback, keep_changes
        self._path = Path("storyboard.toml")
        self.playback: Playback | None = None
        self.is_modified = False
        self._is_filling = self._is_presented = False
        self.title = named("storyboard.title", Label())
        self.back = named("storyboard.back", FlatButton("Back", "The step before (Page Up)"))
        self.play = named("storyboard.play", FlatButton("Play", "Play from this step on, or pause"))
        self.next = named("storyboard.next", FlatButton("Next", "One step (Space, Page Down)"))
        self.edit = named("storyboard.edit", FlatButton("Edit…", "Change this step (double click)"))
        self.copy = named("storyboard.copy", FlatButton("Copy", "This step once more"))
        self.delete = named("storyboard.delete", FlatButton("Delete", "Leave this step out"))
        self.save = named("storyboard.save", FlatButton("Save…", "Write it as a file"))
        self.close_button = named("storyboard.close", CloseButton("Close the storyboard"))
        self.list = named("storyboard.steps", QListWidget())
        self._set_up_list()
        buttons = (self.back, self.play, self.next)
        changes = (self.edit, self.copy, self.delete, self.save, self.close_button)
        for button in (*buttons, *changes):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Enter must not press them by chance
        row, steps = QHBoxLayout(), QHBoxLayout()
        fill(row, *buttons, 12, (self.title, 1), *changes, spacing=4)
        fill(steps, self.list)
        fill(QVBoxLayout(self), row, steps, margins=(12, 0, 12, 8), spacing=4)
        self.back.clicked.connect(lambda: self._ask(Playback.back))
        self.play.clicked.connect(lambda: self._ask(Playback.toggle))
        self.next.clicked.connect(lambda: self._ask(Playback.forward))
        self.edit.clicked.connect(self._edit)
        self.copy.clicked.connect(self._copy)
        self.delete.clicked.connect(self._delete)
        self.save.clicked.connect(self._save)
        self.close_button.clicked.connect(self._close)
        self.hide()

    def _set_up_list(self) -> None:
        steps = self.list
        steps.setFlow(QListView.Flow.LeftToRight)
        steps.setWrapping(False)
        steps.setMovement(QListView.Movement.Snap)
        steps.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        steps.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        steps.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        steps.setWordWrap(True)
        steps.setSpacing(2)
        steps.itemClicked.connect(lambda item: self._ask_for(steps.row(item)))
        steps.itemDoubleClicked.connect(lambda item: self._edit())
        steps.model().rowsMoved.connect(self._take_order, Qt.ConnectionType.QueuedConnection)

    # what is open

    def open(self, storyboard: Storyboard, path: Path, *, is_saved: bool = True) -> None:
        """Show this one in place of any other; `may_close` asks about that before."""
        self.close_storyboard()
        self._path, self.is_modified = path, not is_saved
        playback = self.playback = self._make_playback(storyboard)
        playback.changed.connect(self._show_state)
        playback.steps_changed.connect(self._take_change)
        playback.failed.connect(self.failed)
        self._fill()
        self.setVisible(not self._is_presented)
        application().installEventFilter(self)

    def set_presented(self, is_presented: bool) -> None:
        """Be out of sight while an audience looks on; keys step on."""
        self._is_presented = is_presented
        self.setVisible(self.playback is not None and not is_presented)

    def close_storyboard(self) -> None:
        """Leave the window as it is, without the strip."""
        playback, self.playback = self.playback, None
        if playback is not None:
            application().removeEventFilter(self)
            playback.close()
            playback.deleteLater()
            self.hide()

    def may_close(self) -> bool:
        """Ask about what was not saved; whether it may be closed."""
        if self.playback is None or not self.is_modified:
            return True
        answer = self._keep_changes(f"the storyboard “{self.playback.storyboard.title}”")
        return answer == "discard" or (answer == "save" and self._save())

    def _close(self) -> None:
        if self.may_close():
            self.close_storyboard()

    def _ask(self, what: Callable[[Playback], None]) -> None:
        if self.playback is not None:
            what(self.playback)

    def _ask_for(self, index: int) -> None:
        self._ask(lambda playback: playback.go_to(index))

    # what is shown

    def _fill(self) -> None:
        if self.playback is None:
            return
        self._is_filling = True
        self.list.clear()
        for number, step in enumerate(self.playback.steps, 1):
            item = QListWidgetItem(_described(number, step))
            item.setToolTip(as_plain(step_toml(step)))
            item.setData(Qt.ItemDataRole.UserRole, number - 1)
            item.setSizeHint(self._item_size())
            self.list.addItem(item)
        self._is_filling = False
        self.list.setFixedHeight(self._item_size().height() + zoomed(26))
        self._show_state()

    def _item_size(self) -> QSize:
        return QSize(zoomed(_WIDTH), 3 * self.list.fontMetrics().lineSpacing() + zoomed(8))

    def _show_state(self) -> None:
        playback = self.playback
        if playback is None:
            return
        self.play.setText("Pause" if playback.is_playing else "Play")
        self.list.setCurrentRow(min(playback.position, self.list.count() - 1))
        seconds = round(playback.storyboard.seconds)
        length = f"{seconds // 60}:{seconds % 60:02}"
        self.title.setText(f"{playback.storyboard.title} · {len(playback.steps)} steps · {length}")

    def changeEvent(self, event: QEvent) -> None:
        """Larger text takes more room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.playback is not None:
            self._fill()

    # changes

    def _take_change(self) -> None:
        self.is_modified = True
        self._fill()

    def _take_order(self, *_: QModelIndex | int) -> None:
        """Steps were dragged to other places."""
        playback = self.playback
        if playback is None or self._is_filling:
            return
        rows = [self.list.item(row) for row in range(self.list.count())]
        order = [item.data(Qt.ItemDataRole.UserRole) for item in rows]
        playback.set_steps([playback.steps[index] for index in order], self.list.currentRow())

    def _edit(self) -> None:
        playback, row = self.playback, self.list.currentRow()
        if playback is None or not 0 <= row < len(playback.steps):
            return
        dialog = named("storyboard.step", StepDialog(playback.steps[row], self))
        if dialog.exec() == QDialog.DialogCode.Accepted:
            steps = [*playback.steps]
            steps[row] = dialog.step
            playback.set_steps(steps, row)
        dialog.deleteLater()

    def _copy(self) -> None:
        playback, row = self.playback, self.list.currentRow()
        if playback is not None and row >= 0:
            steps = playback.steps
            playback.set_steps([*steps[: row + 1], *steps[row:]], row + 1)

    def _delete(self) -> None:
        playback, row = self.playback, self.list.currentRow()
        if playback is not None and row >= 0 and len(playback.steps) > 1:
            playback.set_steps([*playback.steps[:row], *playback.steps[row + 1 :]], row)

    def _save(self) -> bool:
        """Ask for a name and write it there; whether it is saved."""
        if self.playback is None:
            return False
        storyboard, folder = self.playback.storyboard, self._path.absolute().parent
        try:
            check_readable(storyboard, folder)
        except StoryboardError as error:
            advice = "make steps shorter or leave some out, then save it again"
            self.failed.emit(f"This storyboard can't be saved: {error}; {advice}.")
            return False
        kinds = "Storyboards (*.toml)"
        path = path_to_save(self, "Save storyboard", str(self._path), kinds)
        if path is None:
            return False
        try:
            copied = write_storyboard(path, storyboard)
        except UserError as error:
            self.failed.emit(str(error))
            return False
        self._path, self.is_modified = path, False
        beside = f", and a copy of {' and '.join(copied)} beside it" if copied else ""
        self.done.emit(f"Saved {path.name}{beside}")
        return True

    # keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that step through, before controls and menus do."""
        if not isinstance(event, QKeyEvent) or event.key() not in _KEYS or event.modifiers():
            return False
        focus = QApplication.focusWidget()
        is_letter = event.key() == Qt.Key.Key_Space and isinstance(focus, _WRITES)
        if is_letter or QApplication.activeWindow() is not self.window():
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress and isinstance(watched, QWidget):
            is_back = event.key() == Qt.Key.Key_PageUp
            self._ask(Playback.back if is_back else Playback.forward)
        else:
            return False
        return True


def _described(number: int, step: Step) -> str:
    """A step in few words."""
    table, seconds = step_table(step), duration(step)
    what = table.pop(verb(step))
    if isinstance(what, dict):
        words = ", ".join(f"{_label(path)} = {value}" for path, value in what.items())
    elif isinstance(what, list | tuple):
        words = ", ".join(next(iter(each)) for each in what if isinstance(each, dict))
    else:
        words = _label(str(what))
    if "to" in table:
        words += f" → {table['to']:g}"
    return f"{number}  {verb(step)}{f' · {seconds:.1f} s' if seconds else ''}\n{words}"


def _label(path: str) -> str:
    return FIELDS[path].label if path in FIELDS else path
