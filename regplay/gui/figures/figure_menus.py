"""What a right click on a plot offers, and the same for all plots in a menu."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from regplay.core import UserError
from regplay.gui.plots import Chart
from regplay.gui.widgets import path_to_save, with_parents

# What finds figures needs torch, which is not there yet when the window is made, and the dialog
# takes milliseconds to import: menus ask for them, and most sessions see no menu of a plot.
if TYPE_CHECKING:
    from regplay.gui.figures.figure import Figure

_FOLDER = "figure/folder"


class FigureMenus(QObject):
    """Menus for plots; the window hands its context menu events to `open_for`.

    A menu opens when the right button comes up where it went down: a drag with it zooms.

    Parameters
    ----------
    place
        Where the plots are, in whatever depth.
    settings
        Where size, format, colours and folder of the last figure are remembered.
    is_busy
        Whether a widget has another use for the right button now.

    Signals
    -------
    failed
        (str): what went wrong, where, and what to do.
    done
        (str): what was saved or copied.
    """

    failed = Signal(str)
    done = Signal(str)

    def __init__(
        self, place: QWidget, settings: QSettings, is_busy: Callable[[QWidget], bool]
    ) -> None:
        super().__init__(place)
        self._place, self._settings, self._is_busy = place, settings, is_busy
        hints = QGuiApplication.styleHints()
        hints.setContextMenuTrigger(Qt.ContextMenuTrigger.Release)

    def open_for(self, event: QContextMenuEvent) -> bool:
        """Open the menu of the plot under the mouse, or that has the focus; whether it is handled.

        A drag that ends over a plot is handled by doing nothing.
        """
        is_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if is_mouse:
            widget = self._place.childAt(self._place.mapFromGlobal(event.globalPos()))
        else:
            widget = QApplication.focusWidget()
        if widget is None:
            return False
        if self._is_busy(widget):
            return True
        if is_mouse and _was_dragged(widget, event):
            return True
        from regplay.gui.figures.view_figures import figure_at

        figure = figure_at(widget)
        if figure is None:
            return False
        menu = QMenu(self._place)
        menu.setObjectName("figure.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add(menu, figure)
        menu.popup(event.globalPos())
        return True

    def fill(self, menu: QMenu) -> None:
        """Put all plots that are in sight into a menu in place of what is in it."""
        from regplay.gui.figures.view_figures import figures_in

        menu.clear()
        for child in menu.findChildren(QMenu):  # of the last time: they hold what was in sight
            child.deleteLater()
        for figure in figures_in(self._place):
            self._add(menu.addMenu((figure.title() or "All fits").replace("&", "&&")), figure)
        if menu.isEmpty():
            menu.addAction("No plot in sight").setEnabled(False)

    def _add(self, menu: QMenu, figure: "Figure") -> None:
        for name, text, act in (
            ("figure.save", "&Save figure…", self.save),
            ("figure.copy", "&Copy figure", self.copy),
            ("figure.save_data", "Save &data as CSV…", self.save_data),
            ("figure.copy_data", "Co&py data", self.copy_data),
        ):
            action = menu.addAction(text)
            action.setObjectName(name)
            action.triggered.connect(lambda *_, act=act: act(figure))

    # what they do

    def save(self, figure: "Figure") -> None:
        """Ask for size, look and name, and write the figure."""
        from regplay.gui.figures.figure_dialog import FigureDialog

        dialog = FigureDialog(figure, self._settings, self._place)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.saved.connect(lambda path: self.done.emit(f"Saved {path}"))
        dialog.copied.connect(lambda: self.done.emit("Copied the figure"))
        dialog.open()

    def copy(self, figure: "Figure") -> None:
        """Put the figure on the clipboard."""
        self._tries(figure.copy, "Copied the figure")

    def save_data(self, figure: "Figure") -> None:
        """Ask for a name, and write the numbers behind the plot."""
        suggested = Path(str(self._settings.value(_FOLDER, ""))) / f"{figure.name}.csv"
        kinds = "Tables (*.csv);;All files (*)"
        path = path_to_save(self._place, "Save data", str(suggested), kinds)
        if path and self._tries(lambda: figure.save_data(path), f"Saved {path}"):
            self._settings.setValue(_FOLDER, str(path.parent))

    def copy_data(self, figure: "Figure") -> None:
        """Put the numbers behind the plot on the clipboard."""
        self._tries(figure.copy_data, "Copied the data")

    def _tries(self, act: Callable[[], None], done: str) -> bool:
        try:
            act()
        except UserError as error:
            self.failed.emit(str(error))
            return False
        self.done.emit(done)
        return True


def _was_dragged(widget: QWidget, event: QContextMenuEvent) -> bool:
    """Whether the button went down elsewhere on a chart."""
    chart = next((one for one in with_parents(widget) if isinstance(one, Chart)), None)
    if chart is None:
        return False
    away = event.globalPos() - chart.pressed_at.toPoint()
    return away.manhattanLength() >= QApplication.startDragDistance()
