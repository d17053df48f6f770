"""Every control of the window: a person changes it, and a run of the new experiment is shown."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from regplay.core.datasets import REGISTRY
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, differences, get, replace
from regplay.gui.controls.control import ChoiceControl, Control, SwitchControl, TextControl
from regplay.gui.controls.dataset_picker import DatasetPicker
from regplay.gui.controls.group import Group
from regplay.gui.controls.number import NumberControl

Key = Qt.Key
TABLE = "a,b,c\n" + "".join(f"{i},{i * i % 7},{2 * i - 3}\n" for i in range(20))


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


def where_it_is_shown(path):
    """Values with which the control of `path` is on screen."""
    section, _, name = path.rpartition(".")
    if section == "data" and name not in ("name", "seed"):
        return {"data.name": next(spec.name for spec in REGISTRY.values() if name in spec.uses)}
    if path == "optimizer.momentum":
        return {"optimizer.name": "momentum"}
    if path == "model.degree":
        return {"model.kind": "polynomial"}
    if path == "regularization.decay_bias":
        return {"regularization.weight_decay": 0.01}
    if path == "regularization.label_smoothing":
        return {"data.name": "moons"}
    return {}


def use(person, control):
    """Change a control as a person would."""
    if isinstance(control, NumberControl):
        before = control.value()
        person.press(Key.Key_Right, control)
        if control.value() == before:  # it stood at the end
            person.press(Key.Key_Left, control)
    elif isinstance(control, SwitchControl):
        box = control.check_box
        QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(10, box.height() // 2))
    else:
        assert isinstance(control, ChoiceControl | DatasetPicker)
        person.press(Key.Key_Down, control)


def write(person, control, text):
    """Replace the text of a line and confirm it."""
    assert isinstance(control, TextControl)
    control.line.setFocus()
    control.line.selectAll()
    QTest.keyClicks(control.line, text)
    QTest.keyClick(control.line, Key.Key_Return)


def write_number(control, text):
    """Replace the number of a box and confirm it."""
    control.box.setFocus()
    control.box.selectAll()
    QTest.keyClicks(control.box, text)
    QTest.keyClick(control.box, Key.Key_Return)


def assert_is_shown(person):
    """The newest view is of the session's experiment, and the plots hold it."""
    window = person.window
    view = person.wait_until_finished()
    assert person.banner == ""
    assert window.fit_view.panel.fit is view.fit
    assert window.fit_view.panel.isVisible()
    assert window.history_view.plot.epochs[-1] == view.snapshot.epoch > 0
    assert window.controls.experiment() == window.controller.session.experiment


@pytest.mark.parametrize("section", sorted({path.rpartition(".")[0] for path in FIELDS}))
def test_a_control_changes_the_experiment_and_a_run_of_it_is_shown(begin_anew, section, table):
    person = begin_anew({"epochs": 5})
    for path in FIELDS:
        if path.rpartition(".")[0] == section and FIELDS[path].kind != "text":
            values = where_it_is_shown(path) | {"epochs": 5}
            if values.get("data.name") == "csv":
                values |= {"data.file": str(table)}
            person.controller.open(replace(Experiment(), values))
            change_by_its_control(person, path)


def change_by_its_control(person, path):
    """Train, change the field, and see that this alone is changed and what is shown is of that."""
    if path == "model.degree":  # there is nothing to train
        person.wait_until_finished()
    else:
        person.train()
    before, generation = person.controller.session.experiment, person.view.generation

    if path == "epochs":
        person.press(Key.Key_Up, "epochs")
        person.wait_until_finished()
        assert person.controller.session.experiment.epochs == 6
        person.press(Key.Key_Down, "epochs")
    else:
        control = person.window.controls.control(path)
        person.bring_into_sight(control)
        person.window.controls.ensureWidgetVisible(control)
        assert control.isVisible(), path
        for _ in range(9 if path == "data.sample" else 1):  # one row would be too few
            use(person, control)
        assert get(person.controller.session.experiment, path) == control.value()
        assert get(before, path) != control.value(), path
        changed = set(differences(before, person.controller.session.experiment))
        assert path in changed
        if path != "data.name":  # which brings defaults of its own
            assert changed == {path}

    assert_is_shown(person)
    assert person.view.generation > generation, path


@pytest.mark.usefixtures("first_curves")
# The smallest window has least room, and is asked by day; larger ones at night.
@pytest.mark.parametrize(
    "size",
    [
        (1024, 640),
        *(pytest.param(it, marks=pytest.mark.nightly) for it in ((1280, 800), (1920, 1080))),
    ],
)
def test_regularization_is_in_sight_with_its_curves_when_the_window_opens(open_window, size):
    person = open_window()
    controls = person.window.controls
    person.window.resize(*size)
    QApplication.processEvents()
    assert controls.shown_curves() == ("regularization.weight_decay", "regularization.dropout")
    group = controls.control("regularization.weight_decay").parent()
    while not isinstance(group, Group):
        group = group.parent()
    for part in (group.heading, *group.findChildren(Control), group.more):
        if part.isVisible():
            top = part.mapTo(controls.viewport(), QPoint()).y()
            assert top >= 0, part.objectName()
            assert top + part.height() <= controls.viewport().height(), part.objectName()


def test_a_file_and_its_target(begin_anew, table):
    person = begin_anew({"epochs": 5})
    person.train()
    person.set(data__name="csv")
    assert "file" in person.banner.lower()

    write(person, person.window.controls.control("data.file"), str(table))
    assert person.controller.session.experiment.data.file == str(table)
    assert_is_shown(person)
    assert person.window.fit_view.panel.dataset.target_name == "c"

    write(person, person.window.controls.control("data.target"), "a")
    assert person.controller.session.experiment.data.target == "a"
    assert_is_shown(person)
    assert person.window.fit_view.panel.dataset.input_names == ("b", "c")


def test_a_wrong_file_is_explained_and_the_window_stays_usable(begin_anew, table, tmp_path):
    person = begin_anew({"epochs": 5, "data.name": "csv", "data.file": str(table)})
    person.train()
    missing = tmp_path / "missing.csv"
    write(person, person.window.controls.control("data.file"), str(missing))
    assert str(missing) in person.banner

    # There is nothing to train, and the button says so again rather than seeming to train.
    person.click("banner.close")
    assert person.banner == ""
    for button in ("timeline.play", "timeline.reset"):
        person.click(button)
        assert str(missing) in person.banner
        assert not person.controller.runner.is_playing
        person.click("banner.close")
    for button in ("timeline.step", "timeline.epoch"):
        person.click(button)
        assert not person.controller.runner.is_playing
    person.set(regularization__weight_decay=0.1)
    assert str(missing) in person.banner

    missing.write_text(TABLE.replace("c\n", "price\n"), encoding="utf-8")
    person.click("timeline.play")
    assert_is_shown(person)
    assert person.window.fit_view.panel.dataset.target_name == "price"
    assert person.view.run.experiment.regularization.weight_decay == 0.1


def test_a_number_typed_and_a_dragged_slider_arrive_too(begin_anew):
    person = begin_anew({"epochs": 5})
    person.train()
    control = person.window.controls.control("regularization.weight_decay")
    control.box.setFocus()
    control.box.selectAll()
    QTest.keyClicks(control.box, "0.0123")
    QTest.keyClick(control.box, Key.Key_Return)
    assert person.controller.session.experiment.regularization.weight_decay == 0.0123
    assert_is_shown(person)

    slider = person.window.controls.control("model.width").slider
    y = slider.height() // 2
    person.window.controls.ensureWidgetVisible(slider)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    for x in range(slider.width() // 2, slider.width(), 7):
        QTest.mouseMove(slider, QPoint(x, y))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(x, y))
    assert person.controller.session.experiment.model.width > 64
    assert_is_shown(person)


def test_a_file_that_is_there_after_all_starts_anew_even_with_kept_weights(begin_anew, tmp_path):
    person = begin_anew({"epochs": 5})
    person.click("keep_weights")
    person.train()
    path = tmp_path / "late.csv"
    person.set(data__name="csv", data__file=str(path))
    assert str(path) in person.banner
    path.write_text(TABLE, encoding="utf-8")
    person.set(regularization__weight_decay=0.1)
    assert_is_shown(person)
    assert len(person.view.fit.train) == len(person.window.fit_view.panel.dataset.train.y) == 14


def test_after_enter_the_keys_belong_to_the_window(person):
    box = person.window.controls.control("regularization.weight_decay").box
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "0.02")
    QTest.keyClick(box, Key.Key_Return)
    assert not box.hasFocus()
    person.press(Key.Key_S)
    person.wait_for_step(1)
    assert box.text() == "0.02"


def test_without_data_nothing_of_the_last_dataset_is_shown(person):
    person.train()
    person.window.controls.control("data.name").set_value("csv")
    assert "choose a table to learn from" in person.banner
    assert person.find("verdict.headline").text().endswith("No data")
    person.click("banner.close")
    assert "choose a table to learn from" in person.find("verdict.reason").text()
    assert person.find("verdict.losses").text() == ""
    assert person.window.fit_view.panel.dataset is None
    person.window.controls.control("data.name").set_value("curved")
    assert person.wait_until_finished().fit.grid is not None
    assert person.window.fit_view.panel.isVisible()


def test_changes_of_settings_are_undone_and_made_again(open_window):
    person = open_window()
    first = person.controller.session.experiment
    decay = person.window.controls.control("regularization.weight_decay")
    for _ in range(3):
        person.press(Key.Key_Right, decay)  # soon after one another: one change
    second = person.controller.session.experiment
    use(person, person.window.controls.control("model.activation"))
    third = person.controller.session.experiment
    assert len({first, second, third}) == 3
    for wanted in (second, first, first):
        person.choose("Undo change of settings")
        assert person.controller.session.experiment == wanted
        assert person.window.controls.experiment() == wanted
    for wanted in (second, third, third):
        person.choose("Redo change of settings")
        assert person.controller.session.experiment == wanted
    person.press(Key.Key_Space)
    assert_is_shown(person)


def test_undo_brings_back_all_epochs_that_a_run_had(open_window):
    person = open_window()
    person.train()
    person.click("keep_weights")
    person.set(regularization__dropout=0.1)  # goes on for as many again
    person.wait_until_finished()
    trained_on = person.controller.session.experiment
    assert trained_on.epochs == 40
    person.click("keep_weights")
    person.set(regularization__weight_decay=0.1)
    person.choose("Undo change of settings")
    assert person.controller.session.experiment == trained_on


def test_a_number_that_leaves_nothing_to_learn_from_is_refused_beside_it(open_window):
    person = open_window({"data.name": "motorcycle", "data.n_train": 40})
    before = person.train()
    control = person.window.controls.control("data.n_train")
    for typed, why in (("0", "at least 1"), ("10000", "take at most")):
        write_number(control, typed)
        assert why in control.message()
        assert control.message().startswith(f"{typed}: ")
        assert control.value() == 40
        assert control.slider.value() == control.slider.scale.position(40)
        assert person.banner == ""
        assert person.view is before
        assert person.window.fit_view.panel.dataset is before.dataset
        assert not person.controller.runner.is_playing
    person.choose("Undo change of settings")
    assert person.controller.session.experiment.data.n_train == 40
    assert person.view is before


def test_what_is_wrong_is_told_until_the_next_change(begin_anew):
    person = begin_anew()
    controls = person.window.controls
    decay, width = (controls.control(p) for p in ("regularization.weight_decay", "model.width"))

    def refuse():
        write_number(decay, "-1")
        assert "must be" in decay.message()

    refuse()
    person.press(Key.Key_Right, width)
    assert decay.message() == ""
    refuse()
    decay.box.setFocus()
    QTest.keyClicks(decay.box, "0")  # typing again
    assert decay.message() == ""
    person.press(Key.Key_Escape, decay.box)
    refuse()
    person.press(Key.Key_Escape, decay.box)
    assert decay.message() == ""


@pytest.mark.parametrize("path", ["epochs", "regularization.weight_decay"])
@pytest.mark.parametrize("button", ["timeline.play", "timeline.step", "pin"])
def test_a_typed_number_counts_for_the_button_that_is_clicked_next(person, path, button):
    box = getattr(person.find(path), "box", None) or person.find(path)
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "1")
    person.click(button)
    assert get(person.controller.session.experiment, path) == 1
    if button != "pin":
        person.wait(lambda: person.is_shown() and person.view.snapshot.step > 0)


@pytest.mark.parametrize("path", ["epochs", "optimizer.lr", "data.file"])
def test_ctrl_z_is_of_what_is_typed_and_then_of_the_window(person, path):
    person.set(data__name="csv")
    person.set(seed=4)
    control, key = person.find(path), QKeySequence.StandardKey
    box = getattr(control, "box", None) or getattr(control, "line", control)
    before = box.text()
    box.setFocus()
    for keys, seed in ((key.Undo, 0), (key.Redo, 4), ("1", 4), (key.Undo, 4), (key.Undo, 0)):
        QTest.keySequence(box, QKeySequence(keys))
        assert person.controller.session.experiment.seed == seed
        assert (box.text() == before) == (keys != "1")
