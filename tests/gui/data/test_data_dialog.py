"""The dialog that makes a dataset of a table, by mouse and keyboard."""

from pathlib import Path

import numpy as np
import pytest
from dialog_tools import pick, settings_of
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

from regplay.core.datasets import REGISTRY, load
from regplay.core.datasets.own_table import table_check
from regplay.core.datasets.points import read_points
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.gui.data.table_dialog import TableDialog

Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton
PEOPLE = "name,height,weight,age,kind\n" + "".join(
    f"person {i},{1.5 + i / 50},{50 + 7 * (i % 5)},{20 + i},{'ab'[i % 2]}\n" for i in range(20)
)
PAIRS = "x,y\n" + "".join(f"{i / 10},{np.sin(i)}\n" for i in range(30))


@pytest.fixture
def save_as(monkeypatch):
    """Answers the question where to save; returns the list of what was suggested."""
    asked = []

    def answer(path):
        def ask(_parent, _title, suggested, _filter):
            asked.append(suggested)
            return str(path), ""

        monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
        return asked

    return answer


def click_box(dialog, name):
    """Click the check box of an input."""
    columns = dialog.form.columns
    item = columns.findItems(name, Qt.MatchFlag.MatchExactly)[0]
    area = columns.visualItemRect(item)
    QTest.mouseClick(columns.viewport(), LEFT, pos=QPoint(area.left() + 10, area.center().y()))


def heading(dialog, column):
    return dialog.preview.horizontalHeaderItem(column).text()


def test_a_table_is_offered_as_most_people_would_use_it(show_dialog):
    dialog = show_dialog(PEOPLE)
    assert dialog.form.target_box.currentText() == "kind"
    assert dialog.form.columns.checked() == [1, 2, 3]
    assert dialog.form.task_box.currentText() == "Automatic: a class"
    assert dialog.heading.text() == "table.csv, the first 20 rows"
    assert [heading(dialog, column) for column in (0, 1, 4)] == [
        "name\nnot used",
        "height\ninput",
        "kind\ntarget",
    ]
    assert not dialog.problems.isVisible()
    assert dialog.ok.isEnabled()
    assert dialog.status.text() == (
        "20 rows, 14 to learn from and 6 to validate on. "
        "Predicts kind, one of 2 classes (a, b), from 3 inputs."
    )
    data = load(settings_of(dialog))
    assert data.input_names == ("height", "weight", "age")
    assert data.target_name == "kind"


def test_another_target_by_keyboard_and_inputs_by_mouse(show_dialog):
    dialog = show_dialog(PEOPLE)
    pick(dialog.form.target_box, "weight")
    assert dialog.form.columns.checked() == [1, 3, 4]  # kind is a category
    assert dialog.form.columns.item(2).text() == "weight (target)"
    click_box(dialog, "age")
    click_box(dialog, "kind")
    assert heading(dialog, 3) == "age\nnot used"
    settings = settings_of(dialog)
    assert (settings.target, settings.inputs, settings.task) == ("weight", "height", "auto")
    assert "Predicts weight, a number, from 1 input." in dialog.status.text()
    pick(dialog.form.target_box, "kind")
    assert dialog.form.columns.checked() == [1, 2]


def test_classes_or_numbers(show_dialog):
    dialog = show_dialog("x,y\n" + "".join(f"{i},{i % 3}\n" for i in range(12)))
    assert "one of 3 classes (0, 1, 2)" in dialog.status.text()
    pick(dialog.form.task_box, "A number")
    assert "Predicts y, a number" in dialog.status.text()
    assert settings_of(dialog).task == "regression"
    assert load(settings_of(dialog)).task == "regression"
    pick(dialog.form.target_box, "x")
    pick(dialog.form.task_box, "A class")
    assert "one of 12 classes (0, 1, 2, 3, …)" in dialog.status.text()


def test_the_share_that_validates(show_dialog):
    dialog = show_dialog(PEOPLE)
    assert settings_of(dialog).n_valid == 0  # which means 30 % in a file
    dialog.form.share_box.setFocus()
    QTest.keyClick(dialog.form.share_box, Key.Key_Up)
    assert "13 to learn from and 7 to validate on" in dialog.status.text()
    settings = settings_of(dialog)
    assert (settings.n_train, settings.n_valid) == (0, 7)
    data = load(settings)
    assert (len(data.train.y), len(data.valid.y)) == (13, 7)
    for _ in range(9):
        QTest.keyClick(dialog.form.share_box, Key.Key_Up)
    assert dialog.form.share_box.value() == 50


def test_values_as_measured(show_dialog):
    dialog = show_dialog(PEOPLE)
    assert settings_of(dialog).standardize
    QTest.keyClick(dialog.form.scale_box, Key.Key_Space)
    assert not settings_of(dialog).standardize
    assert load(settings_of(dialog)).x_mean is None


def test_what_is_chosen_replaces_the_data_of_an_experiment(show_dialog):
    before = replace(Experiment(), {"data.name": "moons", "data.seed": 7, "model.depth": 3})
    after = replace(before, show_dialog(PEOPLE).values())
    assert (after.data.name, after.data.seed, after.model.depth) == ("csv", 7, 3)
    assert Path(after.data.file).is_absolute()
    assert len(load(after.data).valid.y) == 6


def test_nothing_is_left_of_another_table(show_dialog):
    """Two tables are one dataset, so that choosing the second resets nothing by itself."""
    values = show_dialog(PEOPLE).values()
    assert {f"data.{name}" for name in REGISTRY["csv"].uses} <= set(values)
    before = replace(Experiment(), {"data.name": "csv", "data.edits": "delete 3"})
    assert replace(before, values).data.edits == ""


def test_problems_are_listed_by_row_and_column_and_bar_the_way(show_dialog):
    lines = PEOPLE.splitlines()
    lines[3], lines[5], lines[8] = "p,many,50,20,a", "p,x,50,20,", "p,1"
    dialog = show_dialog("\n".join(lines))
    wrong = "is not a number; correct it, or if it means that the value is missing, leave the cell "
    wrong += "empty"
    listed = [
        [dialog.problems.topLevelItem(row).text(column) for column in range(3)]
        for row in range(dialog.problems.topLevelItemCount())
    ]
    assert listed == [
        ["4", "height", f'"many" {wrong}'],
        ["6", "height", f'"x" {wrong}'],
        [
            *("9", ""),
            "this row has 2 cells, the first one has 5; is a separator missing, or one too many?",
        ],
    ]
    assert dialog.problems.isVisible()
    assert dialog.status.text().startswith("3 problems, the first in row 4, column 2 (height): ")
    assert not dialog.ok.isEnabled()
    with pytest.raises(RuntimeError, match="can't be used"):
        settings_of(dialog)
    wrong = dialog.preview.item(2, 1).background().color()
    assert wrong.red() > wrong.blue()
    assert dialog.preview.item(2, 2).data(Qt.ItemDataRole.BackgroundRole) is None
    QTest.keyClick(dialog, Key.Key_Return)
    assert dialog.isVisible()


def test_leaving_the_wrong_column_out_opens_the_way(show_dialog):
    dialog = show_dialog(PEOPLE.replace("1.5,", "small,"))
    assert not dialog.ok.isEnabled()
    click_box(dialog, "height")
    assert dialog.ok.isEnabled()
    assert not dialog.problems.isVisible()
    assert settings_of(dialog).inputs == "weight, age"


def test_going_to_a_problem_brings_its_cell_into_sight(show_dialog):
    names = [f"column number {i}" for i in range(30)]
    rows = [["1"] * 30 for _ in range(15)]
    rows[-1][27] = "x"
    text = "\n".join(",".join(row) for row in [names, *rows]) + "\n" + "2," * 29 + "2\n"
    dialog = show_dialog(text)
    assert dialog.preview.columnAt(dialog.preview.viewport().width() - 5) < 20
    dialog.problems.setFocus()
    QTest.keyClick(dialog.problems, Key.Key_Down)
    QTest.keyClick(dialog.problems, Key.Key_Up)
    assert dialog.preview.columnAt(dialog.preview.viewport().width() - 5) >= 27


def test_no_input_at_all(show_dialog):
    dialog = show_dialog(PEOPLE)
    QTest.mouseClick(dialog.form.findChild(type(dialog.ok), "data.dialog.none"), LEFT)
    assert dialog.status.text() == "Check at least one input."
    assert not dialog.ok.isEnabled()
    QTest.mouseClick(dialog.form.findChild(type(dialog.ok), "data.dialog.all"), LEFT)
    assert dialog.status.text().startswith("1 problem in column 1 (name): nearly every row")
    click_box(dialog, "name")
    assert dialog.ok.isEnabled()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is empty"),
        ("one\n2\n3\n", "there is only one column"),
        ("a,b\n1,2\n", "there is only one row of values"),
    ],
)
def test_what_is_no_table(show_dialog, text, reason):
    dialog = show_dialog(text)
    assert reason in dialog.status.text()
    assert not dialog.ok.isEnabled()


def test_a_file_that_is_not_there(qtbot, tmp_path):
    dialog = TableDialog(tmp_path / "none.csv")
    qtbot.addWidget(dialog)
    assert "there is no such file; choose a file with a table" in dialog.status.text()
    assert not dialog.ok.isEnabled()
    assert not dialog.form.isEnabled()


def test_a_large_file_is_read_in_turns(qtbot, tmp_path):
    path = tmp_path / "large.csv"
    path.write_text("x,y\n" + "".join(f"{i},{i * 0.5}\n" for i in range(60_000)))
    dialog = TableDialog(path)
    qtbot.addWidget(dialog)
    assert dialog.is_reading()
    assert dialog.status.text().startswith("Reading… ")
    assert not dialog.ok.isEnabled()
    qtbot.waitUntil(dialog.ok.isEnabled)
    assert dialog.status.text().startswith("60,000 rows, 42,000 to learn from")


def test_what_the_dialog_has_read_is_not_read_again(show_dialog, monkeypatch):
    """Though its values name the target, which it has found by itself."""
    values = show_dialog(PEOPLE).values()
    assert values["data.target"]
    monkeypatch.setattr(table_check, "Check", None)
    assert load(replace(Experiment(), values).data).n_inputs > 1


def test_closing_stops_the_reading(qtbot, tmp_path):
    path = tmp_path / "large.csv"
    path.write_text("x,y\n" + "".join(f"{i},{i * 0.5}\n" for i in range(60_000)))
    dialog = TableDialog(path)
    qtbot.addWidget(dialog)
    assert dialog.is_reading()
    QTest.keyClick(dialog, Key.Key_Escape)
    assert dialog.result() == QDialog.DialogCode.Rejected
    assert not dialog.is_reading()


def test_enter_accepts(show_dialog, qtbot):
    dialog = show_dialog(PEOPLE)
    with qtbot.waitSignal(dialog.accepted):
        QTest.keyClick(dialog.form.share_box, Key.Key_Return)
    assert not dialog.isVisible()


def test_every_widget_is_reached_by_tab(show_dialog):
    dialog = show_dialog(PAIRS, pasted=True)
    dialog.activateWindow()
    dialog.form.target_box.setFocus()
    seen = []
    for _ in range(24):
        seen.append(QApplication.focusWidget().objectName())
        QTest.keyClick(QApplication.focusWidget(), Key.Key_Tab)
    form = (
        "target",
        "task",
        "all",
        "none",
        "inputs",
        "share",
        "split",
        "standardize",
        "keep",
        "change",
        "kind.0",
        "kind.1",
    )
    assert {f"data.dialog.{name}" for name in (*form, "preview", "ok")} <= set(seen)
    assert seen[:2] == ["data.dialog.target", "data.dialog.task"]


# Pasted text


def test_pasted_text_of_one_input_is_kept_as_points(show_dialog, save_as):
    asked = save_as("")
    dialog = show_dialog(PAIRS, pasted=True)
    assert dialog.heading.text() == "Pasted text, the first 20 rows"
    QTest.mouseClick(dialog.ok, LEFT)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert asked == []
    settings = settings_of(dialog)
    assert settings.name == "points"
    assert settings.file == ""
    data = load(settings)
    assert (data.task, len(data.train.y), len(data.valid.y)) == ("regression", 21, 9)
    assert data.x_mean is not None
    both = (settings.points, settings.valid_points)
    pasted = np.concatenate([read_points(text, "pasted")[0] for text in both])
    expected = np.array([line.split(",") for line in PAIRS.splitlines()[1:]], dtype=float)
    np.testing.assert_array_equal(pasted[pasted[:, 0].argsort()], expected)


def test_pasted_text_of_more_inputs_asks_for_a_file(show_dialog, save_as, tmp_path):
    path = tmp_path / "saved.csv"
    asked = save_as(path)
    dialog = show_dialog(PEOPLE, pasted=True)
    assert not dialog.form.keep_box.isEnabled()
    assert "asked for a file to keep it in: points have one or two inputs" in dialog.status.text()
    QTest.mouseClick(dialog.ok, LEFT)
    assert len(asked) == 1
    assert asked[0].endswith("pasted.csv")
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert path.read_text(encoding="utf-8") == PEOPLE
    settings = settings_of(dialog)
    assert (settings.name, settings.file) == ("csv", str(path))
    assert load(settings).class_names == ("a", "b")


def test_a_file_can_be_preferred_and_not_saved_after_all(show_dialog, save_as, tmp_path):
    dialog = show_dialog(PAIRS, pasted=True)
    pick(dialog.form.keep_box, "A file…")
    asked = save_as("")  # cancelled
    QTest.mouseClick(dialog.ok, LEFT)
    assert len(asked) == 1
    assert dialog.isVisible()
    with pytest.raises(RuntimeError, match="not saved"):
        dialog.values()
    save_as(tmp_path / "nowhere" / "saved.csv")
    QTest.mouseClick(dialog.ok, LEFT)
    assert dialog.isVisible()
    assert (
        "saved.csv: can't be written: no such file or directory; choose a folder that exists."
        in dialog.status.text()
    )
    save_as(tmp_path / "saved.csv")
    QTest.mouseClick(dialog.ok, LEFT)
    assert settings_of(dialog).file == str(tmp_path / "saved.csv")


def test_choosing_fewer_inputs_makes_points_possible_again(show_dialog):
    dialog = show_dialog(PEOPLE, pasted=True)
    click_box(dialog, "age")
    assert dialog.form.keep_box.isEnabled()
    assert dialog.form.keep_box.currentText() == "The experiment"
    assert load(settings_of(dialog)).n_outputs == 2


def test_pasted_text_that_is_nothing(show_dialog):
    dialog = show_dialog("  \n", pasted=True)
    assert "there is no text" in dialog.status.text()
    assert not dialog.ok.isEnabled()
