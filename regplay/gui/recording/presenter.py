"""Presenting: few controls and large plots on the whole screen, what the hand does in sight."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QSettings, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from regplay.core.fields import FIELDS
from regplay.gui.recording.glass_pane import GlassPane
from regplay.gui.recording.presentation import Presentation, WindowParts
from regplay.gui.theme import Theme
from regplay.gui.training import Clock, Timer

MOST_CONTROLS = 3
_ZOOM = 150  # percent, unless it is larger already
_SWITCHES = {
    "halo": "&Halo of the pointer",
    "keys": "&Keys that are pressed",
    "spotlight": "&Spotlight on the plot under the pointer",
}
_KEYS_SECONDS = 1.5
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta)
_SPOTS = ("fit", "losses")


class Presenter(QObject):
    """Arranges a window for an audience until Esc, which brings all of it back.

    Parameters
    ----------
    window
        Fills the screen meanwhile.
    parts
        What it is made of.
    settings
        Where it is remembered which controls stay in sight, and what is shown of the hand.
    theme
        Text, lines and points are larger by it.

    Signals
    -------
    switched
        (bool): whether it presents.
    """

    switched = Signal(bool)

    def __init__(
        self,
        window: QWidget,
        parts: Callable[[], WindowParts],
        clock: Clock,
        settings: QSettings,
        theme: Theme,
    ) -> None:
        super().__init__(window)
        self._window, self._make_parts, self._clock = window, parts, clock
        self._settings, self._theme = settings, theme
        self._presentation: Presentation | None = None
        self._pane: GlassPane | None = None
        self._before = (100, Qt.WindowState.WindowNoState, QRect())
        self._forget: Timer | None = None
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), window, self.end)
        self._escape.setEnabled(False)
        shown = str(settings.value("present.shows", "halo keys")).split()
        self._shows = {name for name in _SWITCHES if name in shown}
        chosen = str(settings.value("present.controls", "")).split()
        self._chosen = [path for path in chosen if path in FIELDS][:MOST_CONTROLS]

    @property
    def is_on(self) -> bool:
        """Whether it presents."""
        return self._presentation is not None

    def toggle(self) -> None:
        """Present, or no longer."""
        if self.is_on:
            self.end()
        else:
            self.begin()

    def begin(self) -> None:
        """Present."""
        window, parts = self._window, self._make_parts()
        self._before = self._theme.zoom, window.windowState(), window.geometry()
        self._presentation = Presentation(parts)
        self._theme.set_zoom(max(_ZOOM, self._theme.zoom))
        self._presentation.begin(self._controls(parts), has_caption=False)
        window.showFullScreen()
        self._pane = GlassPane(parts.central, has_arrow=False)
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)
        self._escape.setEnabled(True)
        self.switched.emit(True)

    def _controls(self, parts: WindowParts) -> list[str]:
        """Those that were chosen, or else those that show their curves."""
        chosen = [path for path in self._chosen if path in parts.controls.paths()]
        return chosen or list(parts.controls.chosen_curves()[:MOST_CONTROLS])

    def fill(self, menu: QMenu) -> None:
        """Put what is shown, and which controls stay in sight, into a menu."""
        menu.clear()
        for name, text in _SWITCHES.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(name in self._shows)
            action.toggled.connect(lambda shows, name=name: self.set_shows(name, shows))
        menu.addSection(f"Up to {MOST_CONTROLS} controls")
        for path in sorted(self._make_parts().controls.paths(), key=list(FIELDS).index):
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
        if self._presentation is None or self._pane is None:
            return
        app = QApplication.instance()
        assert app is not None
        app.removeEventFilter(self)
        self._escape.setEnabled(False)
        self._presentation.end()
        self._pane.hide()
        self._pane.deleteLater()
        self._presentation = self._pane = None
        zoom, state, geometry = self._before
        self._theme.set_zoom(zoom)
        self._window.setWindowState(state)
        if not state & (Qt.WindowState.WindowFullScreen | Qt.WindowState.WindowMaximized):
            self._window.setGeometry(geometry)
        self.switched.emit(False)

    def set_shows(self, name: str, shows: bool) -> None:
        """Switch the halo, the keys or the spotlight on or off."""
        (self._shows.add if shows else self._shows.discard)(name)
        self._settings.setValue("present.shows", " ".join(sorted(self._shows)))
        if self._pane is not None and not shows:
            self._pane.set_pointer(None if name == "halo" else self._pane.pointer)
            self._pane.set_keys("" if name == "keys" else self._pane.keys)
            self._pane.set_bright(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow mouse and keys, wherever they go."""
        kinds = QEvent.Type
        # Of the window, which is told of all; widgets that don't track the mouse are not.
        if isinstance(event, QMouseEvent) and isinstance(watched, QWindow):
            self._follow(event)
        # A key that is a shortcut never arrives as a press; this question always comes first.
        elif isinstance(event, QKeyEvent) and event.type() == kinds.ShortcutOverride:
            self._tell_keys(event)
        return False

    def _follow(self, event: QMouseEvent) -> None:
        pane, presentation = self._pane, self._presentation
        if pane is None or presentation is None:
            return
        place = pane.mapFromGlobal(event.globalPosition())
        if "halo" in self._shows:
            pane.set_pointer(place, bool(event.buttons()))
        if "spotlight" in self._shows:
            pane.set_bright(self._under(presentation, place))

    def _under(self, presentation: Presentation, place: QPointF) -> QRect | None:
        """The plot at a place; None if there is none."""
        for name in _SPOTS:
            rect = presentation.rect(name)
            if presentation.parts.place(name).isVisible() and rect.contains(place.toPoint()):
                return rect
        return None

    def _tell_keys(self, event: QKeyEvent) -> None:
        if self._pane is None or "keys" not in self._shows or event.key() in _MODIFIERS:
            return
        keys = QKeySequence(event.keyCombination())
        self._pane.set_keys(keys.toString(QKeySequence.SequenceFormat.NativeText))
        if self._forget is not None:
            self._forget.stop()
        self._forget = self._clock.later(_KEYS_SECONDS, self._forget_keys)

    def _forget_keys(self) -> None:
        if self._pane is not None:
            self._pane.set_keys("")
