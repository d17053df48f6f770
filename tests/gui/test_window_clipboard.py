"""What the window hands out, and what it takes from the clipboard."""

import csv
import tomllib

import numpy as np
import pytest
from file_tools import OTHER, clipboard, dialog_of, press, put_files, use_table
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from samples import TABLE

from regplay.gui.controls.number import ValueBox
from regplay.session.experiment_text import from_link, from_toml, to_toml

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def person(person_who_begins_anew):
    return person_who_begins_anew


def told(person):
    return person.window.status.currentMessage()


# The clipboard


def test_a_link_goes_out_and_comes_in(person):
    person.set(model__depth=3, regularization__dropout=0.2)
    sent = person.controller.session.experiment
    press(person, Key.Key_C, CTRL | SHIFT)
    assert from_link(clipboard()) == sent
    assert told(person) == "Copied a link to this experiment"
    person.set(model__depth=1)
    press(person, Key.Key_V)
    assert person.controller.session.experiment == sent


def test_an_experiment_that_no_link_can_carry_says_so(person, file):
    QGuiApplication.clipboard().setText("as before")
    person.set(data__name="csv", data__file=str(file("mine.csv", TABLE)))
    person.choose("Copy link")
    assert "reads a file, which a link can't carry" in person.banner
    assert clipboard() == "as before"
    assert told(person) == ""


def test_a_file_that_was_copied_is_pasted(person, file):
    QGuiApplication.clipboard().setMimeData(put_files(file("mine.toml", to_toml(OTHER))))
    press(person, Key.Key_V)
    person.wait(lambda: person.controller.session.experiment == OTHER)


def test_rows_that_were_copied_become_points(person):
    QGuiApplication.clipboard().setText(TABLE.replace(",", "\t"))
    press(person, Key.Key_V)
    assert dialog_of(person.window).windowTitle() == "Paste data"
    use_table(person)
    data = person.controller.session.experiment.data
    assert data.name == "points"
    assert data.points.count("\n") + data.valid_points.count("\n") == TABLE.count("\n") - 1
    assert person.wait_until_finished().snapshot.epoch == 20


def test_nonsense_is_explained(person):
    before = person.controller.session.experiment
    for text, message in (
        ("", "There is nothing to open in the clipboard"),
        ("just words", "There is nothing to open in the clipboard"),
        ("one line\n\n", "There is nothing to open in the clipboard"),
        ("several lines\nof words\n", "The text in the clipboard is no table: there is only one"),
        ("regplay:1abc", "This link is not complete"),
    ):
        QGuiApplication.clipboard().setText(text)
        press(person, Key.Key_V)
        assert message in person.banner, text
        assert person.controller.session.experiment == before
        assert dialog_of(person.window) is None
        person.click("banner.close")
        assert person.banner == ""


def test_an_empty_clipboard_says_so(person):
    QGuiApplication.clipboard().clear()
    press(person, Key.Key_V)
    assert "There is nothing to open in the clipboard" in person.banner


def test_the_names_of_two_files_are_no_table(person, file):
    mime = put_files(file("a.csv", TABLE), file("b.csv", TABLE))
    QGuiApplication.clipboard().setMimeData(mime)
    press(person, Key.Key_V)
    assert "There is nothing to open in the clipboard" in person.banner


def test_where_a_number_is_typed_it_is_pasted_there(person):
    QGuiApplication.clipboard().setText("0.25")
    box = person.window.controls.control("optimizer.lr").findChild(ValueBox)
    box.setFocus()
    box.selectAll()
    QTest.keyClick(box, Key.Key_V, CTRL)
    QTest.keyClick(box, Key.Key_Return)
    assert person.controller.session.experiment.optimizer.lr == 0.25
    assert person.banner == ""


def test_a_script_of_what_the_experiment_says_is_copied(person):
    person.set(data__name="moons", model__depth=3, model__width=17, optimizer__name="sgd")
    person.set(regularization__weight_decay=0.03, regularization__dropout=0.35)
    press(person, Key.Key_P, CTRL | SHIFT)
    script = clipboard()
    compile(script, "script", "exec")
    assert told(person) == "Copied a script of plain PyTorch"
    assert "regplay" not in script.split('"""')[2]  # which only what it says of itself may name
    for part in ("nn.Linear(17, 17)", "nn.Dropout(0.35)", "torch.optim.SGD", "weight_decay=0.03"):
        assert part in script


def test_a_script_says_that_it_can_not_come_to_what_was_changed_on_the_way(person):
    person.train()
    person.click("keep_weights")
    person.set(optimizer__lr=0.02)
    person.train()
    assert person.controller.run.changed_at == [20]
    press(person, Key.Key_P, CTRL | SHIFT)
    assert told(person).startswith("Copied a script of plain PyTorch; it trains from the start")


# Saving


def test_an_experiment_is_saved_as_toml(person, choose_file, tmp_path):
    path = tmp_path / "mine.toml"
    assert [choose_file(path), person.choose("Save experiment as TOML…")][0] == ["Save experiment"]
    assert from_toml(path.read_text(encoding="utf-8")) == person.controller.session.experiment
    assert tomllib.loads(path.read_text(encoding="utf-8"))["epochs"] == 20
    assert told(person) == "Saved mine.toml"


def test_a_script_is_saved_as_it_is_copied(person, choose_file, tmp_path):
    choose_file(tmp_path / "mine.py")
    person.choose("Save as PyTorch script…")
    person.choose("Copy as PyTorch")
    assert (tmp_path / "mine.py").read_text(encoding="utf-8") == clipboard()


@pytest.mark.parametrize("name", ["sine", "moons"])
def test_all_points_are_saved(person, choose_file, tmp_path, name):
    person.set(data__name=name)
    choose_file(tmp_path / "mine.csv")
    person.choose("Save data as CSV…")
    with (tmp_path / "mine.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    dataset = person.controller.dataset
    for part, split in (("train", dataset.train), ("valid", dataset.valid)):
        mine = [row for row in rows if row["split"] == part]
        x = [[float(row[column]) for column in dataset.input_names] for row in mine]
        np.testing.assert_array_equal(x, split.x)
        assert len(mine) == len(split.y)
    assert told(person) == "Saved mine.csv"


def test_a_name_of_a_file_that_is_no_text_is_explained(person, choose_file, tmp_path):
    person.set(data__name="csv", data__file="/none/\udcff.csv")
    choose_file(tmp_path / "mine.toml")
    person.choose("Save experiment as TOML…")
    assert "mine.toml: can't be written: a name in it" in person.banner
    assert not (tmp_path / "mine.toml").exists()


@pytest.mark.parametrize(
    ("entry", "ending"),
    [
        ("Save experiment as TOML…", "toml"),
        ("Save as PyTorch script…", "py"),
        ("Save data as CSV…", "csv"),
    ],
)
def test_what_can_not_be_saved_is_explained(person, choose_file, tmp_path, entry, ending):
    choose_file(tmp_path / "nowhere" / "file")
    person.choose(entry)
    assert f"{tmp_path / 'nowhere' / 'file'}.{ending}: can't be written" in person.banner
    assert told(person) == ""


def test_without_data_there_are_none_to_save(person, choose_file):
    person.set(data__name="csv", data__file="/none.csv")
    asked = choose_file("/none/either.csv")
    person.choose("Save data as CSV…")
    assert "There are no data to save" in person.banner
    assert asked == []
