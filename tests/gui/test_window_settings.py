"""What is remembered from one start to the next, the menus, and the device."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QByteArray, QPoint, QSettings, Qt
from PySide6.QtGui import QAction, QKeySequence, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.gui.theme import DARK, LIGHT
from regplay.session.experiment_text import open_experiment


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


def action(person, name):
    found = person.window.findChild(QAction, name)
    assert found is not None
    return found


def is_dark():
    return QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128


def test_geometry_scheme_and_device_are_remembered(open_window, settings):
    first = open_window()
    first.window.resize(800, 611)  # the offscreen platform's screen is 800 px wide
    first.choose("scheme.dark")
    first.choose("device.cpu")
    first.window.close()
    first.window.theme.set_scheme("system")

    again = QSettings(settings.fileName(), QSettings.Format.IniFormat)
    second = open_window(settings=again)
    assert second.window.size().toTuple() == (800, 611)
    assert is_dark()
    assert second.window.fit_view.panel.chart.colors is DARK
    assert action(second, "scheme.dark").isChecked()
    assert second.controller.runner.device == "cpu"
    assert action(second, "device.cpu").isChecked()
    assert second.text("status.device") == "CPU, as asked"


def test_whether_validation_points_are_drawn_is_remembered(open_window, settings):
    first = open_window()
    assert first.window.fit_view.panel.shows_validation
    first.choose("view.validation")
    assert not first.window.fit_view.panel.shows_validation
    first.window.close()
    second = open_window(settings=QSettings(settings.fileName(), QSettings.Format.IniFormat))
    assert not second.window.fit_view.panel.shows_validation
    assert not action(second, "view.validation").isChecked()
    second.window.tabs.set_tab("split")
    second.window.tabs.compare()
    assert not second.window.tabs.side.views[0].panel.shows_validation
    second.choose("view.validation")
    assert second.window.tabs.side.views[0].panel.shows_validation


def test_axes_are_locked_and_unlocked_by_a_key(begin_anew):
    person = begin_anew()
    chart = person.window.fit_view.panel.chart
    before = chart.box.viewRange()
    person.press(Qt.Key.Key_L)
    assert action(person, "view.lock").isChecked()
    chart.cover("y", [50.0])
    person.wait(lambda: chart.auto_range("y")[1] >= 50)
    assert chart.box.viewRange() == before
    person.press(Qt.Key.Key_L)
    assert chart.box.viewRange()[1][1] >= 50


def test_locked_axes_are_so_in_plots_that_are_opened_later_too(begin_anew):
    person = begin_anew({"epochs": 5})
    window = person.window
    person.press(Qt.Key.Key_L)
    person.train()
    person.click("tab.network")
    norms = window.tabs.network.norms
    person.wait(lambda: norms.auto_range("y") is not None)
    window.history_view.set_tab("weights")
    for chart in (norms, window.history_view.plot):
        assert chart.is_locked
        first = chart.box.viewRange()
        assert list(chart.auto_range("x")) == first[0]  # of its first data
        assert list(chart.auto_range("y")) == first[1]
        chart.cover("y", [5000.0])
        assert chart.auto_range("y")[1] > first[1][1]
        assert chart.box.viewRange() == first
    person.press(Qt.Key.Key_L)
    assert not norms.is_locked
    assert norms.box.viewRange()[1][1] >= 5000


def test_logarithmic_axes_are_the_default_and_another_choice_is_remembered(open_window, settings):
    first = open_window()
    history = first.window.history_view
    assert (history.plot.is_log("x"), history.plot.is_log("y")) == (True, True)
    history.set_log_axes(["x"])  # as by a session, whose choice is not the person's
    history.log_x.click()
    first.window.close()
    second = open_window(settings=QSettings(settings.fileName(), QSettings.Format.IniFormat))
    plot = second.window.history_view.plot
    assert (plot.is_log("x"), plot.is_log("y")) == (False, True)


def test_a_first_start_takes_the_systems_scheme_and_any_device(open_window):
    person = open_window()
    assert action(person, "scheme.system").isChecked()
    assert action(person, "device.auto").isChecked()
    assert person.window.size().toTuple() == (1280, 800)


@pytest.mark.parametrize(
    ("key", "value"),
    [("scheme", "purple"), ("geometry", "nonsense"), ("geometry", QByteArray(b"\x00\x01"))],
)
def test_settings_that_mean_nothing_are_passed_over(open_window, settings, key, value):
    settings.setValue(key, value)
    person = open_window()
    assert person.window.size().toTuple() == (1280, 800)
    assert action(person, "scheme.system").isChecked()


def test_a_remembered_device_that_is_gone_is_replaced_and_the_reason_told(open_window, settings):
    settings.setValue("device", "cuda:7")
    person = open_window()
    assert person.text("status.device") == "CPU: there is no cuda:7 on this machine"
    assert action(person, "device.cuda:7").isChecked()
    assert person.banner == ""


def test_a_remembered_device_that_means_nothing_is_told_and_can_be_changed(open_window, settings):
    settings.setValue("device", "toaster")
    person = open_window(loads=False)
    person.wait(lambda: "toaster" in person.banner)
    person.choose("device.cpu")
    person.wait(lambda: bool(person.views))
    assert person.text("status.device") == "CPU, as asked"


def test_the_device_is_chosen_before_torch_is_there(open_window):
    person = open_window(loads=False)
    person.window.set_device("cuda:3")
    person.wait(lambda: bool(person.views) and person.is_shown())
    assert person.text("status.device") == "CPU: there is no cuda:3 on this machine"
    assert action(person, "device.cuda:3").isChecked()


def test_the_status_bar_says_which_device_and_why(open_window):
    person = open_window()
    assert person.text("status.device").startswith("CPU")
    assert person.text("status.device") != "CPU, as asked"
    person.choose("device.cpu")
    person.wait(person.is_shown)
    assert person.text("status.device") == "CPU, as asked"


@pytest.mark.parametrize(
    ("name", "colors"), [pytest.param("light", LIGHT, marks=pytest.mark.nightly), ("dark", DARK)]
)
def test_a_scheme_restyles_everything(open_window, settings, name, colors):
    person = open_window()
    window = person.window
    window.history_view.set_tab("weights")
    window.history_view.set_tab("loss")
    person.choose("scheme.dark" if name == "light" else "scheme.light")
    person.choose(f"scheme.{name}")
    QApplication.processEvents()  # tells the widgets
    assert is_dark() == (name == "dark")
    panel = window.fit_view.panel
    for chart in (panel.chart, window.history_view.plot):
        assert chart.colors is colors
        assert chart.grab().toImage().pixelColor(1, 1).name() == colors.background
    assert settings.value("scheme") == name
    person.train()
    assert colors.train in person.text("verdict.losses")
    # A view that is made later is of the same colours.
    person.set(data__name="moons")
    person.wait_until_finished()
    assert window.fit_view.panel.chart.colors is colors
    window.history_view.set_tab("accuracy")
    assert window.history_view.plot.colors is colors
    assert not window.grab().isNull()


def test_controls_are_as_wide_as_they_were_once_text_has_its_usual_size_again(person):
    window, halves = person.window, person.find("halves")
    before = halves.sizes()
    window.zoom_by(3)
    assert window.theme.zoom == 150
    handle = halves.handle(1)
    at = handle.rect().center()
    for way in (QPoint(40, 0), QPoint(-40, 0)):  # a person makes them wider, and undoes it
        QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseMove(handle, at + way)
        QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=at + way)
        assert halves.sizes()[0] > 1.2 * before[0]
    QTest.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert window.theme.zoom == 100
    person.wait(lambda: halves.sizes()[0] == pytest.approx(before[0], abs=1))


def test_menus_have_the_shortcuts_that_the_buttons_name(person):
    shortcuts = {a.shortcut().toString() for a in person.window.findChildren(QAction)}
    assert {"Space", "S", "E", "R", "N"} <= shortcuts
    timeline = person.window.timeline
    assert "(Space)" in timeline.play.toolTip()
    assert "(S)" in timeline.step.toolTip()
    for name, key in {"epoch": "E", "reset": "R", "seed": "N"}.items():
        assert timeline.action(name).shortcut().toString() == key
    for standard in ("Open", "Save"):
        wanted = QKeySequence(getattr(QKeySequence.StandardKey, standard))
        assert wanted.toString() in shortcuts


def test_an_experiment_is_saved_and_opened(person, tmp_path, monkeypatch):
    path = str(tmp_path / "mine.toml")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (path, ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (path, ""))
    values = {"model.depth": 3, "regularization.weight_decay": 0.0123, "epochs": 12}
    person.set(**{name.replace(".", "__"): value for name, value in values.items()})
    saved = person.controller.session.experiment
    person.choose("Save experiment as TOML…")
    assert open_experiment(tmp_path / "mine.toml") == saved == replace(Experiment(), values)

    person.set(model__depth=1, epochs=7, data__name="moons")
    person.choose("Open…")
    assert person.controller.session.experiment == saved
    assert person.window.controls.experiment() == saved
    assert person.find("epochs").value() == 12
    person.wait(person.is_shown)
    assert person.train().snapshot.epoch == 12
    assert person.banner == ""


def test_a_wrong_file_is_explained_and_changes_nothing(person, tmp_path, choose_file):
    path = tmp_path / "wrong.toml"
    choose_file(path)
    before = person.controller.session.experiment
    generation = person.controller.runner.generation
    for content, complaint in (
        (None, "wrong.toml"),
        (b"[model]\ndepth = 99\n", "model.depth = 99"),
        (b"[model]\ndeep = 2\n", "model.depth"),
        (b"this is not toml", "wrong.toml"),
        (b"\xff\xfe\x00", "wrong.toml"),
    ):
        if content is not None:
            path.write_bytes(content)
        person.choose("Open…")
        assert complaint in person.banner, content
        assert person.controller.session.experiment is before
        assert person.controller.runner.generation == generation
        person.click("banner.close")
        assert person.banner == ""
    person.train()


def test_a_place_that_cannot_be_written_is_explained(person, tmp_path, monkeypatch):
    path = str(tmp_path / "no such folder" / "mine.toml")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (path, ""))
    person.choose("Save experiment as TOML…")
    assert path in person.banner


def test_a_cancelled_dialog_does_nothing(person, monkeypatch):
    before = person.controller.session.experiment
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_: ("", ""))
    person.choose("Open…")
    person.choose("Save experiment as TOML…")
    assert person.controller.session.experiment is before
    assert person.banner == ""


STARTUP = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from regplay.gui.window import MainWindow
from PySide6.QtWidgets import QLabel

app = QApplication([])
settings = QSettings(sys.argv[1], QSettings.Format.IniFormat)
window = MainWindow(settings=settings, folder=Path(sys.argv[1]).parent / "kept")
said = []

def text():
    return window.findChild(QLabel, "status.device").text()

window.painted.connect(lambda: said.append((text(), "torch" in sys.modules)))
def viewed(view):
    said.append((text(), "torch" in sys.modules, "pandas" in sys.modules))
    window.close()
window.controller.runner.viewed.connect(viewed)
window.show()
app.exec()
print(said)
"""


def test_the_window_is_there_before_torch_and_says_that_it_loads(tmp_path):
    command = [sys.executable, "-W", "error", "-c", STARTUP, str(tmp_path / "settings.ini")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    first, second = eval(done.stdout)
    assert first == ("Loading PyTorch…", False)
    assert second[1:] == (True, False)  # pandas is for whoever opens a table
    assert second[0].startswith(("CPU", "cuda", "mps"))


def test_settings_that_can_not_be_kept_are_told_once(open_window, tmp_path):
    (tmp_path / "file").write_text("")  # no folder, so that nothing is written into it
    place = tmp_path / "file" / "settings.ini"
    person = open_window(settings=QSettings(str(place), QSettings.Format.IniFormat))
    person.wait(lambda: "is not kept for the next start" in person.banner)
    assert f"{place} can't be written. Make room on the disk" in person.banner
    told = []
    person.window.documents.refused.connect(told.append)
    person.choose("scheme.dark")
    person.window.settings.sync()
    assert person.window.settings.status() == QSettings.Status.AccessError
    person.window.documents._tick()
    assert told == []
