"""The menus, and with them every shortcut."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMessageBox

from regplay import __version__
from regplay.gui.theme import Scheme

if TYPE_CHECKING:
    from regplay.gui.window import MainWindow

_SCHEMES: dict[Scheme, str] = {"system": "As the system", "light": "Light", "dark": "Dark"}
_DEVICE_NAMES = {"auto": "Automatic", "cpu": "CPU", "mps": "Apple GPU (mps)"}


class Menus(QObject):
    """Builds the menu bar of a window; the window does what is chosen."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        bar = window.menuBar()

        self._add_files(bar.addMenu("&File"))

        edit = bar.addMenu("&Edit")
        self._add(edit, "&Undo change of settings", window.undo, QKeySequence.StandardKey.Undo)
        self._add(edit, "&Redo change of settings", window.redo, QKeySequence.StandardKey.Redo)
        edit.addSeparator()
        self._add(edit, "Copy as &PyTorch", window.desk.copy_script, "Ctrl+Shift+P")
        self._add(edit, "Copy &link", window.desk.copy_link, "Ctrl+Shift+C")
        self._add(edit, "Pa&ste link, file or table", window.desk.paste, "Ctrl+V")
        edit.addSeparator()
        self._add(edit, "&Edit points", window.editing.button.click)

        training = bar.addMenu("&Training")
        self._add(training, "&Train or pause", window.toggle, "Space")
        self._add(training, "One &step", lambda: window.runner.advance(1), "S")
        self._add(training, "One &epoch", window.runner.advance_epoch, "E")
        self._add(training, "&Reset", window.reset, "R")
        self._add(training, "&New seed", window.new_seed, "N")
        training.addSeparator()
        self._add(training, "&Pin this run", window.pin, "P")
        self._add(training, "&Compare remedies", window.compare, "C")
        training.addSeparator()
        self._devices = training.addMenu("&Device")
        self._device_actions: dict[str, QAction] = {}

        guide, lessons = window.guide, bar.addMenu("&Lessons")
        self._add(lessons, "&Lessons", guide.toggle, "Ctrl+L")
        self._add(lessons, "&Contents", guide.show_contents)
        self._add(lessons, "&Open lesson…", guide.ask_for_file)

        view = bar.addMenu("&View")
        group = QActionGroup(self)
        self._scheme_actions: dict[str, QAction] = {}
        for scheme, text in _SCHEMES.items():
            action = view.addAction(text, lambda scheme=scheme: window.set_scheme(scheme))
            action.setCheckable(True)
            action.setObjectName(f"scheme.{scheme}")
            group.addAction(action)
            self._scheme_actions[scheme] = action

        self._add(bar.addMenu("&Help"), "&About regplay", self.about)

    def _add_files(self, file: QMenu) -> None:
        window, desk, documents = self._window, self._window.desk, self._window.documents
        key = QKeySequence.StandardKey
        self._add(file, "&Open…", desk.choose, key.Open)
        self._recent = file.addMenu("Open &recent")
        self._recent.aboutToShow.connect(self._list_recent)
        self._add(file, "Open &data…", desk.choose_data)
        file.addSeparator()
        self._add(file, "&Save session", documents.save, key.Save)
        self._add(file, "Save session &as…", documents.save_as, "Ctrl+Shift+S")
        file.addSeparator()
        self._add(file, "Save &experiment as TOML…", desk.save_experiment)
        self._add(file, "Save as &PyTorch script…", desk.save_script)
        self._add(file, "Save data as &CSV…", desk.save_data)
        figures = file.addMenu("&Figures")
        figures.aboutToShow.connect(lambda: window.figure_menus.fill(figures))
        file.addSeparator()
        self._add(file, "&Quit", window.close, "Ctrl+Q")

    def _list_recent(self) -> None:
        documents = self._window.documents
        self._recent.clear()
        for path in documents.recent:
            text = str(path).replace("&", "&&")
            self._recent.addAction(text, lambda path=path: documents.open(path))
        self._recent.addSeparator()
        clear = self._recent.addAction("&Clear this list", documents.clear_recent)
        clear.setEnabled(bool(documents.recent))

    def _add(
        self,
        menu: QMenu,
        text: str,
        callback: Callable[[], object],
        shortcut: QKeySequence.StandardKey | str | None = None,
    ) -> None:
        action = menu.addAction(text)
        if shortcut is not None:
            action.setShortcut(QKeySequence(shortcut))
        action.triggered.connect(lambda: callback())

    def set_scheme(self, scheme: Scheme) -> None:
        """Tick the scheme that is in force."""
        self._scheme_actions[scheme].setChecked(True)

    def set_devices(self, names: Sequence[str], chosen: str) -> None:
        """Offer these devices, and the chosen one even if it is not among them."""
        self._devices.clear()
        self._device_actions.clear()
        group = QActionGroup(self._devices)
        for name in dict.fromkeys([*names, chosen]):
            text = _DEVICE_NAMES.get(name, name)
            action = self._devices.addAction(text, lambda name=name: self._window.set_device(name))
            action.setCheckable(True)
            action.setObjectName(f"device.{name}")
            group.addAction(action)
            self._device_actions[name] = action
        self.set_device(chosen)

    def set_device(self, name: str) -> None:
        """Tick the device that was chosen, which is offered from now on."""
        if name not in self._device_actions:
            self.set_devices(list(self._device_actions), name)
        self._device_actions[name].setChecked(True)

    def about(self) -> None:
        """Say what this is, and what computes."""
        QMessageBox.about(
            self._window,
            "About regplay",
            f"regplay {__version__}\n\nA playground in which you see over- and underfitting.\n\n"
            f"Engine on the CPU: {self._engine()}",
        )

    def _engine(self) -> str:
        if not self._window.runner.is_loaded:  # nor is torch, which takes a second
            return "being loaded"
        from torch import device

        from regplay.core.engine import engine_for

        return engine_for(device("cpu")).name
