"""Right clicks on plots, and what the menus that open do."""

import csv
import io

import pytest
from menu_tools import choose, figure_menu
from plots import fit_view, history_view
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMainWindow, QMenu, QSplitter

from regplay.gui.figures.figure_dialog import FigureDialog
from regplay.gui.figures.figure_menus import FigureMenus

# The offscreen platform says this whenever a menu opens.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support grabbing", extend=True)
RIGHT = Qt.MouseButton.RightButton


class Window(QMainWindow):
    """A fit beside losses and a label, with menus."""

    def __init__(self, settings) -> None:
        super().__init__()
        self.fit, self.history, self.label = fit_view(1), history_view("loss"), QLabel("no plot")
        splitter = QSplitter()
        for widget in (self.fit, self.history, self.label):
            splitter.addWidget(widget)
        self.setCentralWidget(splitter)
        self.is_editing = False
        self.menus = FigureMenus(self, settings, lambda widget: self.is_editing)
        self.said: list[str] = []
        self.menus.done.connect(self.said.append)
        self.menus.failed.connect(self.said.append)

    def contextMenuEvent(self, event):
        if not self.menus.open_for(event):
            super().contextMenuEvent(event)


@pytest.fixture
def window(show_widget, settings):
    window = show_widget(Window(settings), 1000, 400)
    yield window
    for menu in window.findChildren(QMenu):
        menu.close()
    for dialog in window.findChildren(FigureDialog):
        dialog.close()


def right_click(window, widget, start=None, end=None) -> QMenu | None:
    """Press and release as the window system would; the menu that is open then."""
    handle = window.windowHandle()
    place = widget.mapTo(window, widget.rect().center()) if start is None else start
    QTest.mousePress(handle, RIGHT, pos=place)
    if end is not None:
        QTest.mouseMove(handle, end)
    QTest.mouseRelease(handle, RIGHT, pos=place if end is None else end)
    return figure_menu(window)


def test_a_right_click_on_a_plot_opens_its_menu(window):
    menu = right_click(window, window.fit.panel.chart)
    assert [action.text().replace("&", "") for action in menu.actions()] == [
        "Save figure…",
        "Copy figure",
        "Save data as CSV…",
        "Copy data",
    ]


def test_there_is_no_menu_where_there_is_no_plot(window):
    assert right_click(window, window.label) is None


def test_a_drag_with_the_right_button_opens_none(window):
    chart = window.fit.panel.chart
    start = chart.mapTo(window, chart.rect().center())
    assert right_click(window, chart, start, start + QPoint(60, 30)) is None
    assert right_click(window, chart) is not None


def test_while_the_right_button_has_another_use_there_is_no_menu(window):
    window.is_editing = True
    assert right_click(window, window.fit.panel.chart) is None
    window.is_editing = False
    assert right_click(window, window.fit.panel.chart) is not None


def test_the_menu_key_opens_the_menu_of_the_plot_with_the_focus(window, qtbot):
    chart = window.history.plot
    chart.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    chart.setFocus()
    reason = QContextMenuEvent.Reason.Keyboard
    event = QContextMenuEvent(reason, QPoint(1, 1), chart.mapToGlobal(QPoint(1, 1)))
    QApplication.sendEvent(window, event)
    choose(figure_menu(window), "figure.copy_data")
    assert QGuiApplication.clipboard().text().startswith("series\tepoch\tloss")


def test_the_figure_is_copied(window):
    choose(right_click(window, window.fit.panel.chart), "figure.copy")
    assert QGuiApplication.clipboard().image().width() == 1600
    assert window.said == ["Copied the figure"]


def test_the_data_of_the_plot_under_the_mouse_are_copied(window):
    choose(right_click(window, window.history.plot), "figure.copy_data")
    rows = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text()), delimiter="\t"))
    assert rows[0] == ["series", "epoch", "loss"]
    assert window.said == ["Copied the data"]


def test_data_are_saved_and_the_folder_is_remembered(window, settings, tmp_path, monkeypatch):
    asked = []

    def answer(parent, title, name, kinds):
        asked.append(name)
        return str(tmp_path / "losses.csv"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    choose(right_click(window, window.history.plot), "figure.save_data")
    text = (tmp_path / "losses.csv").read_text(encoding="utf-8")
    assert text.startswith("series,epoch,loss\ntrain,0,")
    assert window.said == [f"Saved {tmp_path / 'losses.csv'}"]
    choose(right_click(window, window.history.plot), "figure.save_data")
    assert asked == ["loss.csv", str(tmp_path / "loss.csv")]


def test_what_goes_wrong_is_told(window, tmp_path, monkeypatch):
    name = str(tmp_path / "nowhere" / "fit.csv")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (name, ""))
    choose(right_click(window, window.fit.panel.chart), "figure.save_data")
    (said,) = window.said
    assert said.startswith(name)
    assert said.endswith("choose a folder that exists")


def test_a_file_dialog_that_is_cancelled_does_nothing(window, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    choose(right_click(window, window.fit.panel.chart), "figure.save_data")
    assert window.said == []


def test_save_figure_asks_how_and_where(window, settings, tmp_path):
    settings.setValue("figure/folder", str(tmp_path))
    choose(right_click(window, window.fit.panel.chart), "figure.save")
    (dialog,) = window.findChildren(FigureDialog)
    assert dialog.isVisible()
    QTest.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert (tmp_path / "fit.png").exists()
    assert window.said == [f"Saved {tmp_path / 'fit.png'}"]


def test_a_menu_holds_all_plots_in_sight(window):
    menu = QMenu(window)
    window.menus.fill(menu)
    assert sorted(action.text() for action in menu.actions()) == ["Fit at epoch 7", "Loss"]
    window.history.hide()
    window.menus.fill(menu)
    assert [action.text() for action in menu.actions()] == ["Fit at epoch 7"]
    window.fit.hide()
    window.menus.fill(menu)
    (action,) = menu.actions()
    assert not action.isEnabled()
