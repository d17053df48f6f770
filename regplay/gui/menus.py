"""The menus, and with them every shortcut."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from regplay.gui.controller import Controller
from regplay.gui.help import Tab
from regplay.gui.lesson_guide import Guide
from regplay.gui.persistence import Documents, FileCommands
from regplay.gui.recording import Recording
from regplay.gui.theme import ZOOMS, Scheme
from regplay.gui.training import SECONDS

_SCHEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
_DEVICE_NAMES = {"auto": "Automatic", "cpu": "CPU", "mps": "Apple GPU (mps)"}


@dataclass(frozen=True)
class WindowCommands:
    """What menus ask of the window and its parts, besides files, lessons and recordings."""

    show_gallery: Callable[[], object]  # of what one can begin with
    fill_figures: Callable[[QMenu], object]  # with what can be done with the plots in sight
    quit: Callable[[], object]
    edit_points: Callable[[], object]  # or end that
    set_replay: Callable[[float], object]  # seconds
    set_device: Callable[[str], object]
    set_scheme: Callable[[Scheme], object]
    zoom_by: Callable[[int], object]  # sizes of text up or down
    set_shows_validation: Callable[[bool], object]
    lock_axes: Callable[[bool], object]
    show_help: Callable[[Tab], object]


class Menus(QObject):
    """Fills a menu bar; others do what is chosen."""

    def __init__(
        self,
        bar: QMenuBar,
        controller: Controller,
        files: FileCommands,
        documents: Documents,
        guide: Guide,
        recording: Recording,
        commands: WindowCommands,
    ) -> None:
        super().__init__(bar)
        self._documents, self._commands = documents, commands
        file = bar.addMenu("&File")
        self._add(file, "&New…", commands.show_gallery, QKeySequence.StandardKey.New)
        self._add_files(file, files, recording)

        edit = bar.addMenu("&Edit")
        self._add(edit, "&Undo change of settings", controller.undo, QKeySequence.StandardKey.Undo)
        redo = self._add(edit, "&Redo change of settings", controller.redo)
        redo.setShortcuts([QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")])  # on any system
        self._add(edit, "All settings back to &defaults", controller.restore_defaults)
        edit.addSeparator()
        self._add(edit, "Copy as &PyTorch", files.copy_script, "Ctrl+Shift+P")
        self._add(edit, "Copy &link", files.copy_link, "Ctrl+Shift+C")
        self._add(edit, "Pa&ste link, file or table", files.paste, "Ctrl+V")
        edit.addSeparator()
        self._add(edit, "&Edit points", commands.edit_points)

        training, runner = bar.addMenu("&Training"), controller.runner
        self._add(training, "&Train, pause or replay", controller.toggle, "Space")
        self._add(training, "One &step", lambda: runner.advance(1), "S")
        self._add(training, "One &epoch", runner.advance_epoch, "E")
        self._add(training, "&Reset", controller.reset, "R")
        self._add(training, "&New seed", controller.new_seed, "N")
        training.addSeparator()
        self._add(training, "&Pin this run", controller.pin, "P")
        self._add(training, "&Compare remedies", controller.compare, "C")
        training.addSeparator()
        texts = {f"{seconds:g}": f"{seconds:g} seconds" for seconds in SECONDS}
        replay = training.addMenu("Rep&lay takes")
        self._replay_actions = _add_choices(
            replay, "replay", texts, lambda one: commands.set_replay(float(one))
        )
        self._devices = training.addMenu("&Device")
        self._device_actions: dict[str, QAction] = {}

        lessons = bar.addMenu("&Lessons")
        self._add(lessons, "&Lessons", guide.toggle, "Ctrl+L")
        self._add(lessons, "&Contents", guide.show_contents)
        self._add(lessons, "&Open lesson…", guide.ask_for_file)

        view = bar.addMenu("&View")
        self._scheme_actions = _add_choices(view, "scheme", _SCHEMES, commands.set_scheme)
        view.addSeparator()
        larger = self._add(view, "&Larger text", lambda: commands.zoom_by(1))
        larger.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+=")])
        self._add(view, "&Smaller text", lambda: commands.zoom_by(-1), "Ctrl+-")
        self._add(view, "&Usual size", lambda: commands.zoom_by(-len(ZOOMS)), "Ctrl+0")
        self._validation = self._add_switch(
            view, "validation", "&Validation points", commands.set_shows_validation, "V"
        )
        self._add_switch(view, "lock", "&Lock axes", commands.lock_axes, "L")
        view.addSeparator()
        self._add(view, "&Present", recording.presenter.toggle, "F11")
        self._add(view, "&Draw on plots", recording.annotation_tools.toggle, "D")
        shown = view.addMenu("Present &with")
        shown.aboutToShow.connect(lambda: recording.presenter.fill(shown))
        recording.scenes.fill(view.addMenu("&Scenes"))

        help_menu = bar.addMenu("&Help")
        keys = self._add(help_menu, "All &shortcuts", lambda: commands.show_help("shortcuts"))
        keys.setShortcuts([QKeySequence("?"), QKeySequence(QKeySequence.StandardKey.HelpContents)])
        self._add(help_menu, "What the &words mean", lambda: commands.show_help("words"))
        self._add(help_menu, "How to write &films", lambda: commands.show_help("films"))
        self._add(help_menu, "&About regplay", lambda: commands.show_help("about"))

    def _add_files(self, file: QMenu, files: FileCommands, recording: Recording) -> None:
        documents, key = self._documents, QKeySequence.StandardKey
        self._add(file, "&Open…", files.choose, key.Open)
        self._recent = file.addMenu("Open &recent")
        self._recent.aboutToShow.connect(self._list_recent)
        self._add(file, "Open &data…", files.choose_data)
        file.addSeparator()
        self._add(file, "&Save session", documents.save, key.Save)
        self._add(file, "Save session &as…", documents.save_as, "Ctrl+Shift+S")
        file.addSeparator()
        self._add(file, "Save &experiment as TOML…", files.save_experiment)
        self._add(file, "Save as &PyTorch script…", files.save_script)
        self._add(file, "Save data as &CSV…", files.save_data)
        figures = file.addMenu("&Figures")
        figures.aboutToShow.connect(lambda: self._commands.fill_figures(figures))
        self._add(file, "&Record…", recording.record, "Ctrl+Shift+R")
        board = recording.record_storyboard
        action = self._add_switch(file, "record_storyboard", "Record story&board", board, "")
        recording.storyboard_recorder.switched.connect(action.setChecked)
        self._add(file, "Export ani&mation…", recording.export_animation)
        file.addSeparator()
        self._add(file, "&Quit", self._commands.quit, "Ctrl+Q")

    def _list_recent(self) -> None:
        documents = self._documents
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
    ) -> QAction:
        action = menu.addAction(text)
        if shortcut is not None:
            action.setShortcut(QKeySequence(shortcut))
        action.triggered.connect(lambda: callback())
        return action

    def _add_switch(
        self, menu: QMenu, name: str, text: str, toggled: Callable[[bool], object], shortcut: str
    ) -> QAction:
        """An entry that is ticked or not; each change is told."""
        action = menu.addAction(text)
        action.setShortcut(QKeySequence(shortcut))
        action.setObjectName(f"view.{name}")
        action.setCheckable(True)
        action.toggled.connect(toggled)
        return action

    def set_shows_validation(self, shows: bool) -> None:
        """Tick whether validation points are drawn."""
        self._validation.setChecked(shows)

    def set_scheme(self, scheme: Scheme) -> None:
        """Tick the scheme that is in force."""
        self._scheme_actions[scheme].setChecked(True)

    def set_replay(self, seconds: float) -> None:
        """Tick how long a replay takes."""
        self._replay_actions[f"{seconds:g}"].setChecked(True)

    def set_devices(self, names: Sequence[str], chosen: str) -> None:
        """Offer these devices, and the chosen one even if it is not among them."""
        self._devices.clear()
        texts = {name: _DEVICE_NAMES.get(name, name) for name in [*names, chosen]}
        self._device_actions = _add_choices(
            self._devices, "device", texts, self._commands.set_device
        )
        self.set_device(chosen)

    def set_device(self, name: str) -> None:
        """Tick the device that was chosen, which is offered from now on."""
        if name not in self._device_actions:
            self.set_devices(list(self._device_actions), name)
        self._device_actions[name].setChecked(True)


def _add_choices(
    menu: QMenu, kind: str, texts: Mapping[str, str], choose: Callable[[Any], object]
) -> dict[str, QAction]:
    """Entries of which one is ticked; `choose` gets the name of the one that is chosen."""
    group, actions = QActionGroup(menu), {}
    for name, text in texts.items():
        action = actions[name] = menu.addAction(text, lambda name=name: choose(name))
        action.setCheckable(True)
        action.setObjectName(f"{kind}.{name}")
        group.addAction(action)
    return actions
