"""Presenting: few controls and large plots on the whole screen, what the hand does in sight."""

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QSettings, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from regplay.core.fields import FIELDS
from regplay.gui.controls import ControlPanel
from regplay.gui.recording.glass_pane import KEYS_SECONDS
from regplay.gui.recording.presentation import Presentation
from regplay.gui.theme import Theme
from regplay.gui.training import Clock, Timer
from regplay.gui.widgets import application

MOST_CONTROLS = 3
_ZOOM = 150  # percent, unless it is larger already
_SWITCHES = {
    "halo": "&Halo of the pointer",
    "keys": "&Keys that are pressed",
    "spotlight": "&Spotlight on the plot under the pointer",
}
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta)
PAUSE_KEY, DISCARD_KEY = Qt.Key.Key_F8, Qt.Key.Key_F9  # of a recording, which does not show them
_UNTOLD = (*_MODIFIERS, PAUSE_KEY, DISCARD_KEY)
_WHO = "present"  # follows the mouse
_SPOTS = ("fit", "losses")


class Presenter(QObject):
    """Arranges a window for an audience until Esc, which brings all of it back.

    The window fills the screen meanwhile, with larger text, lines and points; which controls stay
    in sight, and what is shown of the hand, is remembered.

    Attributes
    ----------
    is_on
        Whether it presents.

    Signals
    -------
    begins, ends
        The window is about to be arranged otherwise; it is as it was until then.
    switched
        (bool): whether it presents.
    """

    begins = Signal()
    ends = Signal()
    switched = Signal(bool)

    def __init__(
        self,
        presentation: Presentation,
        window: QWidget,
        controls: ControlPanel,
        clock: Clock,
        settings: QSettings,
        theme: Theme,
    ) -> None:
        super().__init__(window)
        self._presentation, self._pane = presentation, presentation.pane
        self._window, self._controls, self._clock = window, controls, clock
        self._settings, self._theme = settings, theme
        self.is_on = False
        self._before = (100, Qt.WindowState.WindowNoState, QRect())
        self._forget: Timer | None = None
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), window, self.end)
        self._escape.setEnabled(False)
        self._is_escape_taken = False
        shown = str(settings.value("present.shows", "halo keys")).split()
        self._shows = {name for name in _SWITCHES if name in shown}
        chosen = str(settings.value("present.controls", "")).split()
        self._chosen = [path for path in chosen if path in FIELDS][:MOST_CONTROLS]

    def toggle(self) -> None:
        """Present, or no longer."""
        if self.is_on:
            self.end()
        else:
            self.begin()

    def begin(self) -> None:
        self.begins.emit()
        window, self.is_on = self._window, True
        self._before = self._theme.zoom, window.windowState(), window.geometry()
        self._presentation.begin(self._in_sight())
        self.switched.emit(True)  # what comes into sight by that may find no room
        self._theme.set_zoom(max(_ZOOM, self._theme.zoom))
        window.showFullScreen()
        if "halo" in self._shows:
            self._pane.follow_mouse(_WHO, with_arrow=False)
        application().installEventFilter(self)
        self.leave_escape(self._is_escape_taken)

    def leave_escape(self, is_taken: bool) -> None:
        """Whether Esc first ends something else: of two that wait for a key, Qt calls neither."""
        self._is_escape_taken = is_taken
        self._escape.setEnabled(self.is_on and not is_taken)

    def _in_sight(self) -> list[str]:
        """The controls that were chosen, or else those that show their curves."""
        chosen = [path for path in self._chosen if path in self._controls.paths()]
        return chosen or list(self._controls.chosen_curves()[:MOST_CONTROLS])

    def fill(self, menu: QMenu) -> None:
        """Put what is shown, and which controls stay in sight, into a menu."""
        menu.clear()
        for name, text in _SWITCHES.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(name in self._shows)
            action.toggled.connect(lambda shows, name=name: self.set_shows(name, shows))
        menu.addSection(f"Up to {MOST_CONTROLS} controls")
        listed = self._controls.present_paths().union(self._chosen)
        for path in sorted(listed, key=list(FIELDS).index):
            action = menu.addAction(FIELDS[path].label)
            action.setObjectName(f"present.{path}")
            action.setCheckable(True)
            action.setChecked(path in self._chosen)
            full = len(self._chosen) >= MOST_CONTROLS
            action.setEnabled(path in self._chosen or not full)
            action.toggled.connect(lambda stays, path=path: self._choose(path, stays))

    def _choose(self, path: str, stays: bool) -> None:
        self._chosen = [each for each in self._chosen if each != path] + ([path] if stays else [])
        self._settings.setValue("present.controls", " ".join(self._chosen))

    def end(self) -> None:
        """Leave everything as it was."""
        if not self.is_on:
            return
        self.ends.emit()
        self.is_on = False
        application().removeEventFilter(self)
        self._escape.setEnabled(False)
        zoom, state, geometry = self._before
        self._theme.set_zoom(zoom)
        QApplication.sendPostedEvents()  # each part may be as narrow again as it was
        self._presentation.end()
        self._pane.leave_mouse(_WHO)
        self._pane.set_keys("")
        self._pane.set_bright(())
        self._window.setWindowState(state)
        if not state & (Qt.WindowState.WindowFullScreen | Qt.WindowState.WindowMaximized):
            self._window.setGeometry(geometry)
        self.switched.emit(False)

    def set_shows(self, name: str, shows: bool) -> None:
        """Switch the halo, the keys or the spotlight on or off."""
        (self._shows.add if shows else self._shows.discard)(name)
        self._settings.setValue("present.shows", " ".join(sorted(self._shows)))
        if not self.is_on:
            return
        if name == "halo" and shows:
            self._pane.follow_mouse(_WHO, with_arrow=False)
        elif name == "halo":
            self._pane.leave_mouse(_WHO)
        elif not shows:
            self._pane.set_keys("")
            self._pane.set_bright(())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow mouse and keys, wherever they go."""
        kinds = QEvent.Type
        if isinstance(event, QMouseEvent) and isinstance(watched, QWindow):
            if "spotlight" in self._shows:
                self._pane.set_bright(self._under(event.globalPosition()))
        # A key that is a shortcut never arrives as a press; this question always comes first.
        elif isinstance(event, QKeyEvent) and event.type() == kinds.ShortcutOverride:
            self._tell_keys(event)
        return False

    def _under(self, place: QPointF) -> tuple[QRect, ...]:
        """The plot at a place of the screen, if there is one."""
        presentation, place = self._presentation, self._pane.mapFromGlobal(place)
        for name in _SPOTS:
            rect = presentation.rect(name)
            if presentation.layout.place(name).isVisible() and rect.contains(place.toPoint()):
                return (rect,)
        return ()

    def _tell_keys(self, event: QKeyEvent) -> None:
        if "keys" not in self._shows or event.key() in _UNTOLD:
            return
        keys = QKeySequence(event.keyCombination())
        self._pane.set_keys(keys.toString(QKeySequence.SequenceFormat.NativeText))
        if self._forget is not None:
            self._forget.stop()
        self._forget = self._clock.later(KEYS_SECONDS, self._forget_keys)

    def _forget_keys(self) -> None:
        self._pane.set_keys("")
