"""Help: all shortcuts, what the words mean, how to write films, what to send with a report."""

import platform
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Literal, get_args

import PySide6
from PySide6.QtCore import QDir, QEvent, QObject, QSize, QSizeF, Qt, QUrl, Signal, qVersion
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from regplay import __version__
from regplay.gui.help.error_log import log_path
from regplay.gui.theme import zoomed
from regplay.gui.training import Runner, StudyScheduler
from regplay.gui.widgets import FlatButton, Label, ScrolledColumn, WrappedLabel, fill, named
from regplay.session.illustrated import GlossaryEntry, IllustratedError, glossary
from regplay.session.storyboard import EXAMPLE, HEAD, KEYS, VERBS

if TYPE_CHECKING:
    from regplay.gui.figures.thumbnails import Thumbnails

Tab = Literal["shortcuts", "words", "films", "about"]
Shortcuts = Mapping[str, Mapping[str, str]]  # of each part of the window, keys by what they do

# Keys and gestures that no menu has, by where they work.
_ELSEWHERE: Shortcuts = {
    "Sliders": {
        "A step up or down": "→ ←",
        "A larger step": "Page Up, Page Down",
        "The smallest, the largest value": "Home, End",
        "Back to the default": "Double click on the slider or its name",
        "Go over networks that are trained already": "Drag along the curve; click the valley ◇",
    },
    "Plots": {
        "Move": "Drag",
        "Zoom": "Mouse wheel, or drag with the right button; over an axis, along it alone",
        "Back to the whole plot": "A, or double click",
        "Show that epoch": "Click on the losses",
        "Save or copy figure and data": "Right click",
    },
    "Earlier moments": {
        "One moment, ten moments": "← →, Page Up, Page Down",
        "The first, the newest": "Home, End",
    },
    "Edit points": {
        "Add, move, delete a point": "Click, drag, right click",
        "The class of points to come": "0 to 3; Shift: the next class",
        "Delete the point under the mouse": "Delete",
        "End": "Esc",
    },
    "Storyboards": {
        "One step, the step before": "Space or Page Down, Page Up",
        "Go to a step, change it": "Click, double click",
        "Move a step": "Drag",
    },
    "Drawing on plots": {
        "Put the tool away": "Esc",
        "Take back, do again": "Ctrl+Z, Ctrl+Y",
    },
    "Maps": {
        "Go to a cell": "Arrows",
        "Take its settings": "Enter",
    },
    "Lessons": {
        "Page before, next page": "Alt+Left, Alt+Right",
        "Scroll, and at the end turn": "Page Up, Page Down",
    },
}
GROUP = "shortcut_group"  # property of actions that are listed as one, by that text
_LIST = "List of runs"  # whose actions are in no menu of the window
_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
_PICTURE = QSizeF(176, 92)  # px
_SIZE = (640, 560)  # px


def shortcuts_of(window: QMainWindow) -> dict[str, dict[str, str]]:
    """The keys of a window's menus, and those that sliders and plots have."""
    found: dict[str, dict[str, str]] = {}  # by part of the window
    # Not by `QAction.menu`: what that returns deletes the menu when Python lets go of it.
    for menu in window.menuBar().findChildren(QMenu, options=_DIRECT):
        keys = _keys_in(menu)
        if keys:
            found[_plain(menu.title())] = keys
    known = {what for keys in found.values() for what in keys}
    others = _keys_of(window.findChildren(QAction))
    found[_LIST] = {what: keys for what, keys in others.items() if what not in known}
    for place, more in _ELSEWHERE.items():
        found[place] = {**found.get(place, {}), **more}
    return {place: keys for place, keys in found.items() if keys}


def _keys_in(menu: QMenu) -> dict[str, str]:
    found = _keys_of(menu.actions())
    for inner in menu.findChildren(QMenu, options=_DIRECT):
        found |= _keys_in(inner)
    return found


def _keys_of(actions: Sequence[QAction]) -> dict[str, str]:
    found: dict[str, str] = {}
    native = QKeySequence.SequenceFormat.NativeText
    for action in actions:
        keys = [key.toString(native) for key in action.shortcuts()]
        if keys:
            what = _plain(action.property(GROUP) or action.text())
            others = found[what].split(", ") if what in found else []
            found[what] = ", ".join(dict.fromkeys([*others, *keys]))
    return found


def _plain(text: str) -> str:
    """Without the mark of the letter that chooses it."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def shortcuts_html(shortcuts: Shortcuts) -> str:
    """A table of what is done and by which keys, a heading for each part of the window."""
    rows = []
    for place, keys in shortcuts.items():
        rows.append(f"<tr><td colspan=2><h3>{escape(place)}</h3></td></tr>")
        rows += [
            f"<tr><td width=260>{escape(what)}</td><td><b>{escape(key)}</b></td></tr>"
            for what, key in keys.items()
        ]
    return f"<table cellspacing=0 cellpadding=3 width='100%'>{''.join(rows)}</table>"


def films_html() -> str:
    """How to write a storyboard: one of ten lines, how it becomes a film, and what steps do."""
    rows = "".join(
        f"<tr><td width=110><b>{verb}</b></td><td>{escape(does.replace('`', ''))}"
        f"{'<br>With ' + ', '.join(keys) if (keys := KEYS[verb]) else ''}</td></tr>"
        for verb, does in VERBS.items()
    )
    return f"""
<p>A storyboard is a text file that says what is done in this window, seen and proved. Save these
ten lines as film.toml:</p>
<pre>{escape(EXAMPLE)}</pre>
<p>and make a film of them in a terminal, without a display:</p>
<pre>regplay render film.toml -o film.mp4</pre>
<p>.webm, .gif and .apng are written, too. <b>--size 1080x1920</b> lays the window out upright;
<b>--preview</b> is quick; <b>--captions</b> writes what is said as subtitles. If what it requires
does not hold, there is no film. A caption may be given in several languages,
caption = {{ en = "Points", de = "Punkte" }}, of which <b>--language de</b> takes one.</p>
<p>A step is a table with one of these words, and if wanted those that stand below; each may have
<b>name</b>, <b>at</b> (a second, or a mark) and <b>keys</b> (shown as pressed), too:</p>
<table cellspacing=0 cellpadding=3 width='100%'>{rows}</table>
<p>Above the steps there may be {", ".join(HEAD)}.</p>
<p>A lesson's own film: regplay render --lesson valley -o valley.mp4</p>"""


def versions(engine: str) -> dict[str, str]:
    """What a report of an error should name."""
    return {
        "regplay": __version__,
        "Python": platform.python_version(),
        "PyTorch": _version("torch"),
        "Qt": f"{qVersion()}, by PySide6 {PySide6.__version__}",
        "pyqtgraph": _version("pyqtgraph"),
        "NumPy": _version("numpy"),
        "Engine on the CPU": engine,
        "System": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "Window system": QGuiApplication.platformName(),
    }


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # takes 10 ms

    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


class _Words(ScrolledColumn):
    """The terms one below the other, a picture beside each."""

    def __init__(self, terms: list[GlossaryEntry], thumbnails: "Thumbnails") -> None:
        super().__init__("help.words")
        self._thumbnails = thumbnails
        content = QWidget()
        grid = QGridLayout(content)
        grid.setContentsMargins(12, 12, 12, 12)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(16)
        grid.setColumnStretch(1, 1)
        self._pictures: list[Label] = []
        for row, term in enumerate(terms):
            picture = Label()
            picture.setFixedSize(_PICTURE.toSize())
            picture.setAccessibleName(f"Picture of {term.title}")
            text = Label(f"<b>{escape(term.title)}</b><br>{escape(term.text)}")
            text.setTextFormat(Qt.TextFormat.RichText)
            text.setWordWrap(True)
            text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(picture, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, row, 1)
            self._pictures.append(picture)
        self.setWidget(content)
        self._draw_all()
        thumbnails.changed.connect(self._draw)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_pictures"):
            self._draw_all()

    def _draw_all(self) -> None:
        for index in range(len(self._pictures)):
            self._draw(index)

    def _draw(self, index: int) -> None:
        ratio = self.devicePixelRatioF()
        pixmap = self._thumbnails.pixmap(index, _PICTURE, ratio, self.palette())
        self._pictures[index].setPixmap(pixmap)


class Help(QObject):
    """One window with a tab for shortcuts, for words, for films, and about the program.

    Parameters
    ----------
    owner
        In front of whose window the help stands.
    shortcuts
        All keys by the part of the window that they are for, when they are asked for.
    studies
        Who trains the networks of the pictures.
    runner
        Knows whether there is torch yet.

    Signals
    -------
    failed
        (str): the text that ships with the program is damaged.
    """

    failed = Signal(str)

    def __init__(
        self,
        owner: QWidget,
        shortcuts: Callable[[], Shortcuts],
        studies: StudyScheduler,
        runner: Runner,
    ) -> None:
        super().__init__(owner)
        self._owner, self._shortcuts = owner, shortcuts
        self._studies, self._runner = studies, runner
        self._thumbnails: Thumbnails | None = None
        self._tabs: QTabWidget | None = None
        self._dialog: QDialog | None = None

    def show(self, tab: Tab) -> None:
        """Show one of the tabs, in front of the window."""
        if self._dialog is None:
            self._make()
        dialog, tabs = self._dialog, self._tabs
        if dialog is not None and tabs is not None:
            names: tuple[Tab, ...] = get_args(Tab)
            tabs.setCurrentIndex(names.index(tab))
            dialog.show()
            dialog.raise_()
            dialog.activateWindow()

    def _make(self) -> None:
        from regplay.gui.figures.thumbnails import Thumbnails  # which needs torch

        try:
            terms = glossary()
        except IllustratedError as error:
            self.failed.emit(str(error))
            return
        if self._thumbnails is None:
            self._thumbnails = Thumbnails(list(terms), self._studies, self._owner)
        dialog = self._dialog = named("help", QDialog(self._owner))
        dialog.setWindowTitle("Help")
        tabs = self._tabs = named("help.tabs", QTabWidget())
        keys = named("help.shortcuts", QTextBrowser())
        keys.setFrameShape(QTextBrowser.Shape.NoFrame)
        keys.setHtml(shortcuts_html(self._shortcuts()))
        tabs.addTab(keys, "Shortcuts")
        tabs.addTab(_Words(terms, self._thumbnails), "Words")
        films = named("help.films", QTextBrowser())
        films.setFrameShape(QTextBrowser.Shape.NoFrame)
        films.setHtml(films_html())
        tabs.addTab(films, "Films")
        tabs.addTab(self._make_about(), "About")
        tabs.currentChanged.connect(self._turned)
        fill(QVBoxLayout(dialog), tabs, margins=(8, 8, 8, 8))
        dialog.finished.connect(self._closed)
        dialog.resize(QSize(*map(zoomed, _SIZE)).boundedTo(self._owner.size()))

    def _make_about(self) -> QWidget:
        page = QWidget()
        lead = WrappedLabel()
        lead.setText("A playground in which you see over- and underfitting.")
        found = "\n".join(f"{name}: {value}" for name, value in versions(self._engine()).items())
        text = named("help.versions", WrappedLabel())
        text.setText(found)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        copy = named("help.copy", FlatButton("Copy", "Copy this for a report of an error"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text.text()))
        log = named("help.log", WrappedLabel())
        place = log_path()
        has_folder = QDir(place.parent).exists()  # made when the program starts, if that is allowed
        missing = f"Errors are not written: there is no folder {place.parent}"
        log.setText(f"Errors are written to {place}" if has_folder else missing)
        log.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        folder = named("help.folder", FlatButton("Open folder", "Open the folder of the log file"))
        folder.setEnabled(has_folder)
        link = QUrl.fromLocalFile(str(place.parent))
        folder.clicked.connect(lambda: QDesktopServices.openUrl(link))
        rows = [fill(QHBoxLayout(), button, None) for button in (copy, folder)]
        parts = (lead, text, rows[0], log, rows[1], None)
        fill(QVBoxLayout(page), *parts, margins=(16, 16, 16, 16), spacing=12)
        column = ScrolledColumn("help.about")
        column.setWidget(page)
        return column

    def _engine(self) -> str:
        if not self._runner.is_loaded:  # nor is torch, which takes a second
            return "being loaded"
        from torch import device

        from regplay.core.population import engine_for

        return engine_for(device("cpu")).name

    def _turned(self, index: int) -> None:
        if self._thumbnails is not None:
            self._thumbnails.set_in_sight(index == 1)

    def _closed(self) -> None:
        dialog, self._dialog, self._tabs = self._dialog, None, None
        if self._thumbnails is not None:
            self._thumbnails.set_in_sight(False)
        if dialog is not None:
            dialog.deleteLater()
