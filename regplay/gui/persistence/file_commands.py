"""What comes into the program and goes out of it: sessions, data, lessons, links, scripts."""

import contextlib
import os
import re
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QThreadPool, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from regplay.core import UserError
from regplay.core.fields import Value
from regplay.gui.controller import Controller
from regplay.gui.persistence.documents import Documents
from regplay.gui.widgets import path_to_save
from regplay.session.document import SUFFIX
from regplay.session.experiment_text import is_link, to_link, to_toml
from regplay.session.files import TABLES, check_table, kind_of_file, write_file
from regplay.session.lessons import is_lesson
from regplay.session.results import dataset_csv
from regplay.session.storyboard import is_storyboard

Take = Callable[[Mapping[str, Value]], object]
_ENDINGS = f"*{SUFFIX} *.toml {TABLES}"
_READER = "regplay.core.datasets.own_table"  # of tables
_OPENED = f"Sessions, experiments, lessons, storyboards, data ({_ENDINGS});;All files (*)"


class FileCommands(QObject):
    """Opens whatever it is given, and hands out what is worked on."""

    failed = Signal(str)  # what is refused; what was open stays open then
    done = Signal(str)  # what was saved or copied
    imported = Signal()  # the present experiment learns from a table now
    storyboard_opened = Signal(Path)  # this file of one is to be shown
    _reader_imported = Signal(str)  # what reads tables; why it could not be, or nothing

    def __init__(
        self,
        controller: Controller,
        documents: Documents,
        open_lesson: Callable[[Path], None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._controller, self._documents = controller, documents
        self._open_lesson, self._parent = open_lesson, parent
        self._is_importing = False  # what reads tables, on another thread
        self._waiting: list[Callable[[], None]] = []  # tables to be opened when it is there
        self._reader_imported.connect(self._open_waiting)

    # coming in

    def choose(self) -> None:
        """Ask for a file of any kind and open it."""
        self._import_reader()
        name, _ = QFileDialog.getOpenFileName(self._parent, "Open", "", _OPENED)
        if name:
            self.open(Path(name))

    def choose_data(self, take: Take | None = None) -> None:
        """Ask for a table and how to learn from it; as `open_table`."""
        self._import_reader()
        kinds = f"Tables ({TABLES});;All files (*)"
        name, _ = QFileDialog.getOpenFileName(self._parent, "Open data", "", kinds)
        if name:
            self.open_table(Path(name), take=take)

    def open(self, path: Path) -> None:
        """Open a session, an experiment, a lesson, a storyboard or a table, by what it is."""
        if kind_of_file(path) == "table":
            self.open_table(path)
        elif is_lesson(path):
            self._open_lesson(path)
        elif is_storyboard(path):
            self.storyboard_opened.emit(path)
        else:
            self._documents.open(path)

    def open_table(
        self, path: Path | None, text: str | None = None, take: Take | None = None
    ) -> None:
        """Show a table, a file or its text, and ask how to learn from it.

        The answer, values by field path, is handed to `take`; without it, the experiment changes.
        What reads tables is imported before, on another thread: pandas takes a while.
        """
        if self._is_importing or _READER not in sys.modules:
            self._waiting.append(partial(self.open_table, path, text, take))
            self._import_reader()
            return
        try:
            check_table(path if path is not None else text or "")
        except UserError as error:
            lead = "" if path is not None else "The text in the clipboard is no table: "
            self.failed.emit(f"{lead}{error}")
            return
        from regplay.gui.data import TableDialog  # only now, since few open a table

        dialog = TableDialog(path, text, self._parent)
        take = take or self._learn
        dialog.accepted.connect(lambda: take(dialog.values()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _import_reader(self) -> None:
        """Begin to, also beside a person who still chooses a table."""
        if not self._is_importing and _READER not in sys.modules:
            self._is_importing = True
            QThreadPool.globalInstance().start(self._import)

    def _import(self) -> None:
        problem = ""
        try:
            import_module(_READER)
        except ImportError as error:
            problem = f"Tables can't be read: {error}; install regplay again."
        with contextlib.suppress(RuntimeError):  # the window is gone
            self._reader_imported.emit(problem)

    def _open_waiting(self, problem: str) -> None:
        self._is_importing = False
        waiting, self._waiting = self._waiting, []
        if problem and waiting:
            self.failed.emit(problem)
        for open_table in () if problem else waiting:
            open_table()

    def _learn(self, values: Mapping[str, object]) -> None:
        self._controller.set_values(values)
        self._controller.runner.play()
        self.imported.emit()

    def accepts(self, data: QMimeData) -> bool:
        """Whether what is dragged over the window can be opened."""
        if dropped_file(data) is not None:
            self._import_reader()
            return True
        return dropped_link(data) is not None

    def drop(self, data: QMimeData) -> None:
        """Open what was dropped; of a file, once the drag is over.

        Whoever it was dragged from must not wait for an answer to what is asked about it.
        """
        path, link = dropped_file(data), dropped_link(data)
        if path is not None:
            QTimer.singleShot(0, self, lambda: self.open(path))
        elif link is not None:
            self._documents.open_link(link)

    def paste(self) -> None:
        """Open what the clipboard holds: a link, a file, or the text of a table."""
        data = QGuiApplication.clipboard().mimeData() or QMimeData()  # None of an empty one
        text = "" if data.hasUrls() else data.text()  # which would be the names of the files
        if self.accepts(data):
            self.drop(data)
        elif re.search(r"[\r\n]", text.strip()):
            self.open_table(None, text)
        else:
            self.failed.emit(
                "There is nothing to open in the clipboard: copy a link to an experiment, a file, "
                "or the rows of a table first."
            )

    # going out

    def save_experiment(self) -> None:
        """Ask for a name and write the present experiment there, as TOML."""
        text = to_toml(self._controller.session.experiment)
        self._save("Save experiment", "experiment.toml", "Experiments (*.toml)", lambda: text)

    def save_script(self) -> None:
        """Ask for a name and write the present experiment there, as a script of plain PyTorch."""
        kinds, note = "Python (*.py)", self._note_on_script()
        self._save("Save as PyTorch", "experiment.py", kinds, self._script, note)

    def copy_script(self) -> None:
        """Put the present experiment into the clipboard, as a script of plain PyTorch."""
        self._copy(self._script, f"Copied a script of plain PyTorch{self._note_on_script()}")

    def copy_link(self) -> None:
        """Put a link to the present experiment into the clipboard."""
        experiment = self._controller.session.experiment
        self._copy(lambda: to_link(experiment), "Copied a link to this experiment")

    def _copy(self, text: Callable[[], str], done: str) -> None:
        clipboard = QGuiApplication.clipboard()
        self._try(lambda: clipboard.setText(text()), done)

    def _script(self) -> str:
        from regplay.session.export import to_pytorch  # only now: the window is painted sooner

        return to_pytorch(self._controller.session.experiment)

    def _note_on_script(self) -> str:
        """That it comes to other losses than the present run, where that was changed meanwhile."""
        run = self._controller.run
        if run is None or not run.changed_at:
            return ""
        return (
            "; it trains from the start, so its losses differ from those here, where settings "
            "were changed during training"
        )

    def save_data(self) -> None:
        """Ask for a name and write the points of the present dataset there, as CSV."""
        dataset = self._controller.dataset
        if dataset is None:
            self.failed.emit("There are no data to save: choose a dataset first.")
            return
        suggested = f"{self._controller.session.experiment.data.name}.csv"
        self._save("Save data", suggested, "Tables (*.csv)", lambda: dataset_csv(dataset))

    def _save(
        self,
        title: str,
        suggested: str,
        kinds: str,
        content: Callable[[], str | bytes],
        note: str = "",
    ) -> None:
        if path := path_to_save(self._parent, title, suggested, kinds):
            self._try(lambda: write_file(path, content()), f"Saved {path.name}{note}")

    def _try(self, act: Callable[[], object], done: str) -> None:
        try:
            act()
        except UserError as error:
            self.failed.emit(str(error))
        else:
            self.done.emit(done)


def dropped_file(data: QMimeData) -> Path | None:
    """The file in it, if it is one of this machine, of whatever kind; a folder is none."""
    urls = data.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    name = urls[0].toLocalFile()
    # With a zero in it, which a URL can have, it names none. A Path would raise where there can be
    # no file of this name, or where the folder may not be looked into; opening it says why.
    return None if "\0" in name or os.path.isdir(name) else Path(name)


def dropped_link(data: QMimeData) -> str | None:
    """The link to an experiment in it, if there is one."""
    if not data.hasText():
        return None
    text = data.text()
    return text if is_link(text) else None
