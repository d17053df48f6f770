"""The right button over the plots of the window: a menu, or points that are deleted."""

import csv
import io

import pytest
from file_tools import clipboard
from menu_tools import choose, figure_menu
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

# The offscreen platform says this whenever a menu opens.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support grabbing", extend=True)
RIGHT = Qt.MouseButton.RightButton


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


@pytest.fixture
def trained(person):
    """A person who has trained the sine for 20 epochs, and whose menus are closed at the end."""
    person.train()
    yield person
    while QApplication.activePopupWidget() is not None:
        QApplication.activePopupWidget().close()


def right_click(person, widget, place=None) -> QMenu | None:
    """Press and release as the window system would; the menu that is open then."""
    window, handle = person.window, person.window.windowHandle()
    here = widget.mapTo(window, widget.rect().center() if place is None else place)
    QTest.mousePress(handle, RIGHT, pos=here)
    QTest.mouseRelease(handle, RIGHT, pos=here)
    return figure_menu(window)


def place_of(chart, x, y):
    """Where a point is on a chart."""
    frame = chart.frame()
    inside = QPointF(float(frame.x(x)), float(frame.y(y)))
    return chart.mapFromScene(chart.box.mapToScene(inside))


def test_the_losses_are_copied_by_a_right_click(trained):
    choose(right_click(trained, trained.window.history_view.plot), "figure.copy_data")
    rows = list(csv.DictReader(io.StringIO(clipboard()), delimiter="\t"))
    history = trained.view.run.history
    for series in ("train", "validation"):
        mine = [float(row["loss"]) for row in rows if row["series"] == series]
        name = "train_loss" if series == "train" else "valid_loss"
        assert mine == pytest.approx(history.column(name), rel=1e-5)
    assert trained.window.status.currentMessage() == "Copied the data"


def test_the_fit_has_a_menu_and_what_is_no_plot_has_none(trained):
    window = trained.window
    assert right_click(trained, window.fit_view.panel.chart) is not None
    QApplication.activePopupWidget().close()
    assert right_click(trained, window.verdict_bar) is None


def test_what_goes_wrong_is_told_in_the_window(trained, tmp_path, monkeypatch):
    path = tmp_path / "nowhere" / "loss.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    choose(right_click(trained, trained.window.history_view.plot), "figure.save_data")
    assert str(path) in trained.banner


def test_while_points_are_edited_it_deletes_one_and_opens_no_menu(trained):
    window = trained.window
    trained.click("edit")
    chart = window.fit_view.panel.chart
    train = window.controller.dataset.train
    place = place_of(chart, train.x[4, 0], train.y[4])
    assert right_click(trained, chart, place) is None
    after = window.controller.dataset.train
    assert len(after.y) == len(train.y) - 1
    assert train.x[4, 0] not in after.x[:, 0]
    # Beside the plot that is edited, the menu is as ever.
    assert right_click(trained, window.history_view.plot) is not None
    QApplication.activePopupWidget().close()
    trained.click("edit")
    assert right_click(trained, chart, place) is not None
    assert len(window.controller.dataset.train.y) == len(train.y) - 1


def test_the_menu_of_figures_lists_what_is_in_sight_each_time_anew(trained):
    window = trained.window
    (menu,) = (m for m in window.findChildren(QMenu) if m.title() == "&Figures")
    for _ in range(3):
        menu.aboutToShow.emit()
        assert {"Fit at epoch 20", "Loss"} <= {action.text() for action in menu.actions()}
    shown = len(menu.actions())
    trained.wait(lambda: len(menu.findChildren(QMenu)) == shown)  # those of before are gone
    trained.click("tab.network")
    menu.aboutToShow.emit()
    assert "Fit at epoch 20" not in [action.text() for action in menu.actions()]
