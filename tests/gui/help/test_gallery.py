"""File ▸ New: the gallery of starting points, by mouse and keyboard."""

import pytest
from file_tools import answer_with, dialog_of, entries, press, use_table, written
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget
from samples import TABLE
from session_tools import save

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, replace
from regplay.gui.plots.chart import Chart
from regplay.session.illustrated import starting_points

Key = Qt.Key
TITLES = [point.title for point in starting_points()]


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


def tiles_of(person) -> QListWidget:
    press(person, Key.Key_N)
    person.wait(lambda: shown_tiles(person))
    return shown_tiles(person)[0]


def shown_tiles(person) -> list[QListWidget]:
    found = person.window.findChildren(QListWidget, "gallery.tiles")
    return [tiles for tiles in found if tiles.isVisible()]


def choose(person, title: str) -> None:
    """Click a tile."""
    tiles = tiles_of(person)
    place = tiles.visualItemRect(tiles.item(TITLES.index(title))).center()
    QTest.mouseClick(tiles.viewport(), Qt.MouseButton.LeftButton, pos=place)
    person.wait(lambda: not shown_tiles(person))


def test_new_is_the_first_entry_of_the_file_menu(open_window):
    assert next(iter(entries(open_window().window, "File").items())) == ("New…", "Ctrl+N")


def test_a_starting_point_is_trained_at_once(person):
    choose(person, "Underfitted step")
    view = person.wait_until_finished()
    assert view.run.experiment == starting_points()[1].experiment
    assert view.snapshot.epoch == view.run.experiment.epochs


def test_nothing_begins_in_the_midst_of_a_click(person, monkeypatch):
    began = []
    monkeypatch.setattr(person.window.gallery, "begin", began.append)
    tiles = tiles_of(person)
    tiles.itemClicked.connect(lambda _: began.append("during"))  # comes after the gallery's own
    place = tiles.visualItemRect(tiles.item(2)).center()
    QTest.mouseClick(tiles.viewport(), Qt.MouseButton.LeftButton, pos=place)
    person.wait(lambda: len(began) == 2)
    assert began == ["during", starting_points()[2]]


def test_one_may_begin_before_pytorch_is_loaded(open_window):
    person = open_window(loads=False)
    choose(person, "Spirals")
    assert person.wait_until_finished().run.experiment == starting_points()[3].experiment


def test_arrows_choose_and_enter_takes(person):
    tiles = tiles_of(person)
    for key in (Key.Key_Right, Key.Key_Down, Key.Key_Left):
        QTest.keyClick(tiles, key)
    chosen = tiles.currentRow()
    assert chosen > 1
    QTest.keyClick(tiles, Key.Key_Return)
    person.wait(lambda: not shown_tiles(person))
    assert person.controller.session.experiment == starting_points()[chosen].experiment


def test_escape_leaves_all_as_it_was(person):
    before = person.controller.session.experiment
    tiles = tiles_of(person)
    QTest.keyClick(tiles, Key.Key_Escape)
    person.wait(lambda: not shown_tiles(person))
    assert person.controller.session.experiment == before
    assert tiles_of(person).isVisible()  # and can be opened again
    QTest.keyClick(shown_tiles(person)[0], Key.Key_Escape)


@pytest.mark.usefixtures("first_curves")
def test_nothing_of_the_last_thing_stays(open_window):
    """Settings, pins, tabs, curves, speed, kept weights, a lesson, an earlier moment, a zoom."""
    person = open_window()
    window, controls = person.window, person.window.controls
    folding = controls.folding()
    person.train()
    person.press(Key.Key_P)
    person.set(regularization__max_norm=1.0, model__init_scale=0.5, seed=3)
    person.train()
    window.guide.open()
    window.guide.next_page()
    for tab in ("seeds", "split", "landscape"):
        window.tabs.set_tab(tab)
    window.timeline.action("keep_weights").setChecked(True)
    window.timeline.set_speed(50)
    window.history_view.set_tab("weights")
    window.timeline.action("overlay").setChecked(True)
    window.editing.button.setChecked(True)
    window.timeline.track.pick_moment(0)
    controls.set_shown_curves(["model.depth"])
    controls._groups["data"].more.setChecked(True)
    controls._groups["model"].heading.click()
    assert controls.folding().groups != folding.groups
    assert controls.folding().rare != folding.rare
    chart = window.fit_view.panel.chart
    chart.manual = True

    choose(person, "Overfitted sine")
    assert person.controller.session.experiment == Experiment()
    assert not person.controller.session.keeps_weights
    assert not list(person.controller.pins)
    assert window.guide.position is None
    assert not window.guide.panel.isVisible()
    assert window.tabs.tab == "fit"
    assert window.tabs.seeds is window.tabs.side is window.tabs.landscape is None
    assert person.controller.runner.speed is None
    assert window.history_view.tab == "loss"
    assert not window.timeline.action("overlay").isChecked()
    assert not window.editing.is_on
    assert controls.shown_curves() == ("regularization.weight_decay", "regularization.dropout")
    assert controls.folding() == folding
    assert not any(one.manual for one in window.findChildren(Chart))
    assert person.wait_until_finished().look.epoch is None


def test_a_starting_point_is_one_step_back(person):
    before = replace(person.controller.session.experiment, {"model.width": 7, "data.noise": 0.1})
    person.controller.change(before)
    choose(person, "Spirals")
    person.choose("Undo change of settings")
    assert person.controller.session.experiment == before


def test_a_session_with_a_name_is_asked_about(person, tmp_path):
    path = tmp_path / "mine.regplay"
    save(person, path)
    person.set(seed=9)
    person.answers.keeps = "cancel"
    choose(person, "Spirals")
    assert person.controller.session.experiment.seed == 9
    person.answers.keeps = "discard"
    choose(person, "Spirals")
    assert person.controller.session.experiment.data.name == "spirals"
    assert person.window.documents.path is None
    assert person.window.windowTitle() == "regplay"


@pytest.mark.usefixtures("first_curves")
def test_the_curves_of_a_starting_point_are_not_remembered(open_window, settings):
    person = open_window()
    choose(person, "Polynomials")
    chosen = person.window.controls.chosen_curves()
    assert set(chosen) == {"model.degree", "regularization.weight_decay"}
    assert settings.value("curves") is None
    for path in ("data.noise", "model.degree"):  # but those that a person turns on or off
        person.click(f"{path}.curve")
    kept = {"data.noise", "regularization.weight_decay", "regularization.dropout"}
    assert set(settings.value("curves").split()) == kept


def test_a_table_of_ones_own_begins_with_the_defaults(person, monkeypatch, tmp_path):
    path = written(tmp_path / "mine.csv", TABLE)
    person.set(model__width=5)
    answer_with(monkeypatch, path)
    choose(person, "Your own table")
    person.wait(lambda: dialog_of(person.window) is not None)
    use_table(person)
    experiment = person.controller.session.experiment
    assert experiment.data.file == str(path)
    assert experiment.model == Experiment().model
    assert person.wait_until_finished().snapshot.epoch == FIELDS["epochs"].default


def test_drawing_begins_with_points_that_can_be_edited(person):
    choose(person, "Draw your own")
    assert person.window.editing.is_on
    assert person.controller.session.experiment.data.name == "points"
    person.wait_until_finished()


def test_pictures_fill_with_what_was_trained(person):
    tiles = tiles_of(person)
    thumbnails = person.window.gallery._thumbnails
    trained = {index for index, p in enumerate(starting_points()) if p.sweep is not None}
    person.wait(lambda: thumbnails._trained == trained)

    def has_color(index: int, name: str) -> bool:
        image = tiles.grab(tiles.visualItemRect(tiles.item(index))).toImage()
        wanted = QColor(name).rgb()
        return any(
            image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height())
        )

    colors = person.window.fit_view.panel.chart.colors
    assert has_color(0, colors.fit)
    assert has_color(1, colors.fit)
    assert not has_color(7, colors.fit)  # digits, as they are
    QTest.keyClick(tiles, Key.Key_Escape)


def test_titles_and_texts_have_room(person):
    tiles = tiles_of(person)
    width = tiles.visualItemRect(tiles.item(0)).width() - 16
    metrics, bold = QFontMetrics(tiles.font()), tiles.font()
    bold.setWeight(QFont.Weight.DemiBold)
    for point in starting_points():
        assert QFontMetrics(bold).horizontalAdvance(point.title) <= width, point.title
        box = metrics.boundingRect(0, 0, width, 1000, Qt.TextFlag.TextWordWrap, point.text)
        assert box.height() <= 2 * metrics.lineSpacing(), point.text
    QTest.keyClick(tiles, Key.Key_Escape)


@pytest.mark.parametrize("size", [(1024, 640), (1366, 768)])
def test_all_tiles_are_in_sight(person, size):
    person.window.resize(*size)
    tiles = tiles_of(person)
    room = tiles.viewport().rect()
    rects = [tiles.visualItemRect(tiles.item(index)) for index in range(tiles.count())]
    assert all(room.contains(rect) for rect in rects)
    QTest.keyClick(tiles, Key.Key_Escape)
