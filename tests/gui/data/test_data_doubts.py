"""What a person says about a table in its dialog, by mouse: its format, kinds, doubts, gaps."""

from dialog_tools import pick, settings_of
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from regplay.core.datasets import load

LEFT = Qt.MouseButton.LeftButton
GERMAN = "zimmer;preis\n" + "".join(f"{i};{250 * i:,}\n".replace(",", ".") for i in range(1, 15))
LABELS = "a,cls\n" + "".join(f"{i * i / 4},{1 + i % 3}\n" for i in range(20))
GRADES = "hours,note\n" + "".join(f"{i * i},{['1', '2', '2+', '3'][i % 4]}\n" for i in range(20))
GAPS = "a,b,y\n" + "".join(f"{i},{'' if i % 4 == 0 else i * i},{i / 7}\n" for i in range(20))
TITLED = "Rooms and prices\n\nzimmer;preis\n" + "".join(f"{i / 2};{i * i}\n" for i in range(14))


def click(widget):
    QTest.mouseClick(widget, LEFT)


def test_what_can_be_read_in_two_ways_is_asked_and_one_click_answers(show_dialog):
    dialog = show_dialog(GERMAN)
    assert not dialog.ok.isEnabled()
    assert dialog.question.isVisible()
    assert dialog.question.label.text() == 'Row 5, column 2 (preis): "1.000" may be 1 or 1000.'
    assert [button.text() for button in dialog.question.buttons] == ["It is 1", "It is 1000"]
    click(dialog.question.buttons[1])
    assert dialog.ok.isEnabled()
    assert not dialog.question.isVisible()
    assert dialog.format.words.text() == (
        "Separated by semicolons, decimal commas, points between thousands, the first row is a "
        "header."
    )
    settings = settings_of(dialog)
    assert settings.format == "decimal = comma"
    data = load(settings)
    assert max([*data.train.y, *data.valid.y]) == 3500


def test_what_was_said_of_a_column_goes_with_its_name(show_dialog):
    dialog = show_dialog("10,20,30\n" + "".join(f"{i * 1.5},{i / 4},{i / 8}\n" for i in range(20)))
    pick(dialog.kinds.boxes[0], "category")
    names, values = dialog.question.buttons
    assert (names.text(), values.text()) == ("They are names", "They are values")
    click(values)
    assert dialog.ok.isEnabled()
    assert settings_of(dialog).columns == ""


def test_a_doubtful_task_is_told_and_one_click_changes_it(show_dialog):
    dialog = show_dialog(LABELS)
    assert dialog.ok.isEnabled()
    assert dialog.question.label.text() == (
        "Column 2 (cls): it is taken for a number; it may be 3 classes (1, 2, 3)."
    )
    assert settings_of(dialog).task == "auto"
    click(dialog.question.buttons[0])
    assert settings_of(dialog).task == "classification"
    assert "one of 3 classes (1, 2, 3)" in dialog.status.text()
    assert not dialog.question.isVisible()


def test_one_click_makes_categories_of_grades(show_dialog):
    dialog = show_dialog(GRADES)
    assert not dialog.ok.isEnabled()
    assert dialog.question.label.text().startswith('Row 4, column 2 (note): "2+" is not a number')
    click(dialog.question.buttons[0])
    assert dialog.ok.isEnabled()
    assert not dialog.question.isVisible()
    assert dialog.kinds.boxes[1].currentText() == "category"
    settings = settings_of(dialog)
    assert settings.columns == "note = category"
    assert load(settings).class_names == ("1", "2", "2+", "3")


def test_what_is_neither_yes_nor_no_is_not_taken_for_no(show_dialog):
    colours = "".join(f"{['red', 'blue', 'green'][i % 3]},{i % 2},{i / 7}\n" for i in range(20))
    dialog = show_dialog("colour,sold,y\n" + colours)
    pick(dialog.kinds.boxes[1], "yes/no")
    assert dialog.ok.isEnabled()
    sold = load(settings_of(dialog))
    names = sold.input_names
    assert set(sold.train.x[:, names.index("sold")] > 0) == {True, False}
    pick(dialog.kinds.boxes[0], "yes/no")
    assert not dialog.ok.isEnabled()
    assert dialog.problems.problems()[0].message == (
        '"red" is neither yes nor no; say that the column is a category'
    )
    click(dialog.question.buttons[0])
    assert dialog.ok.isEnabled()
    assert load(settings_of(dialog)).input_names == names


def test_a_row_of_the_wrong_length_is_told_as_a_question(show_dialog):
    dialog = show_dialog("a,b,y\n" + "".join(f"{i},{i * i},{i}\n" for i in range(9)) + "1,2\n")
    assert dialog.status.text() == (
        "1 problem in row 11: this row has 2 cells, the first one has 3; is a separator missing, "
        "or one too many?"
    )


def test_missing_values_are_left_out_or_filled(show_dialog):
    dialog = show_dialog(GAPS)
    assert dialog.form.missing_box.isVisible()
    assert dialog.status.text().startswith("15 rows, ")
    assert dialog.remarks.topLevelItem(0).text(2) == (
        "5 rows with a missing value are left out (b: 5)"
    )
    pick(dialog.form.missing_box, "Fill them in")
    assert dialog.status.text().startswith("20 rows, ")
    assert dialog.remarks.topLevelItem(0).text(2).startswith("missing values are filled (b: 5): ")
    settings = settings_of(dialog)
    assert settings.missing == "fill"
    assert len(load(settings).train.y) == 14


def test_there_is_no_question_about_missing_values_where_none_is(show_dialog):
    assert not show_dialog(LABELS).form.missing_box.isVisible()


def test_the_format_is_in_words_and_each_part_can_be_changed(show_dialog):
    dialog = show_dialog(TITLED)
    assert dialog.format.words.text() == (
        "Separated by semicolons, decimal points, row 3 is a header, 2 rows above it passed over."
    )
    assert not dialog.format.parts.isVisible()
    click(dialog.format.more)
    assert dialog.format.parts.isVisible()
    pick(dialog.format.boxes["header"], "no")
    assert "(preis)" not in dialog.preview.horizontalHeaderItem(1).text()
    assert '"zimmer" is not a number' in dialog.status.text()
    assert not dialog.ok.isEnabled()
    pick(dialog.format.boxes["header"], "yes")
    assert settings_of(dialog).format == ""
    pick(dialog.format.boxes["separator"], "comma")
    assert "there is only one column" in dialog.status.text()
    pick(dialog.format.boxes["separator"], "semicolon")
    assert dialog.ok.isEnabled()
    dialog.format.missing.setFocus()
    QTest.keyClicks(dialog.format.missing, "36")
    QTest.keyClick(dialog.format.missing, Qt.Key.Key_Tab)
    assert settings_of(dialog).format == "missing = 36"
    assert dialog.status.text().startswith("13 rows, ")


def test_the_kind_of_a_column_stands_above_it_and_can_be_changed(show_dialog):
    text = "zip,b,y\n" + "".join(f"{10115 + i % 3},{i * i},{i / 7}\n" for i in range(20))
    dialog = show_dialog(text)
    assert [box.currentText() for box in dialog.kinds.boxes] == ["number"] * 3
    assert dialog.kinds.boxes[0].toolTip() == "numbers"
    table, boxes = dialog.preview, dialog.kinds.boxes
    place = boxes[1].mapTo(dialog, boxes[1].rect().topLeft()).x()
    column = table.viewport().mapTo(dialog, table.viewport().rect().topLeft()).x()
    assert place == column + table.columnViewportPosition(1)
    pick(dialog.kinds.boxes[0], "category")
    settings = settings_of(dialog)
    assert settings.columns == "zip = category"
    assert load(settings).input_names == ("zip = 10115", "zip = 10116", "zip = 10117", "b")
    pick(dialog.kinds.boxes[0], "number")
    assert settings_of(dialog).columns == ""


def test_which_rows_validate(show_dialog):
    dialog = show_dialog(GAPS)
    assert dialog.form.split_box.currentText() == "Automatic: random rows"
    pick(dialog.form.split_box, "The last rows")
    assert load(settings_of(dialog)).valid.y.tolist() == [y / 7 for y in (15, 17, 18, 19)]


def test_a_long_table_offers_a_sample(show_dialog, monkeypatch):
    from regplay.core.datasets.own_table import raw_table, table_file, table_rows

    for module in (raw_table, table_file, table_rows):
        monkeypatch.setattr(module, "MAX_ROWS", 12)
    dialog = show_dialog(LABELS)
    assert not dialog.ok.isEnabled()
    assert dialog.question.buttons[0].text() == "Take 12 random rows"
    click(dialog.question.buttons[0])
    assert settings_of(dialog).sample == 12
    assert dialog.status.text().startswith("12 rows, ")


UNITS = "time,share,heat\ns,{},°C\n" + "".join(f"{i / 3:.3f},{i % 7},{i / 7}\n" for i in range(20))


def test_one_click_makes_a_row_of_units_a_part_of_the_header(show_dialog):
    dialog = show_dialog(UNITS.format("1"))
    assert not dialog.ok.isEnabled()
    assert dialog.question.label.text().startswith("Row 2: this row, s, 1, °C, has texts where")
    assert [button.text() for button in dialog.question.buttons] == [
        "They are units or names",
        "They are values",
        "Leave it out",
    ]
    click(dialog.question.buttons[0])
    assert dialog.ok.isEnabled()
    settings = settings_of(dialog)
    assert settings.format == "header = two rows"
    assert settings.target == "heat / °C"
    assert load(settings).input_names == ("time / s", "share / 1")


def test_a_row_that_was_taken_as_units_is_values_if_a_person_says_so(show_dialog):
    dialog = show_dialog(UNITS.format("m"))
    assert dialog.ok.isEnabled()
    assert dialog.remarks.problems()[-1].row == 2
    header = dialog.format.boxes["header"]
    assert header.currentText() == "two rows"
    click(dialog.format.more)
    pick(header, "yes")
    assert not dialog.ok.isEnabled()
    assert [problem.row for problem in dialog.problems.problems()] == [2, 2, 2]
    pick(header, "two rows")
    assert dialog.ok.isEnabled()
    assert settings_of(dialog).format == ""


def test_a_row_of_units_is_left_out_by_a_click_and_comes_back(show_dialog):
    dialog = show_dialog(UNITS.format("m"))
    assert settings_of(dialog).target == "heat / °C"
    (button,) = dialog.question.buttons
    assert button.text() == "Leave it out"
    click(button)
    assert settings_of(dialog).format == "skip = 2"
    assert settings_of(dialog).target == "heat"
    assert dialog.format.words.text().endswith("row 2 left out.")
    click(dialog.format.more)
    dialog.format.skip.setFocus()
    dialog.format.skip.clear()
    QTest.keyClick(dialog.format.skip, Qt.Key.Key_Tab)
    assert settings_of(dialog).target == "heat / °C"
    assert settings_of(dialog).format == ""


def test_chosen_inputs_are_given_up_where_there_are_fewer_columns_than_before(show_dialog):
    rows = "".join(f"{i},{i * i},{i % 7}\n" for i in range(20))
    dialog = show_dialog("a,b,c\n1,2,3,4\n" + rows)
    assert dialog.form.columns.names == ["a", "b", "c", "column 4"]
    dialog.form.columns.set_all(True)
    click(dialog.format.more)
    dialog.format.skip.setFocus()
    QTest.keyClicks(dialog.format.skip, "2")
    QTest.keyClick(dialog.format.skip, Qt.Key.Key_Tab)
    assert dialog.form.columns.names == ["a", "b", "c"]
    pick(dialog.kinds.boxes[0], "category")
    assert settings_of(dialog).inputs == ""
    assert dialog.ok.isEnabled()


def test_a_remark_below_the_table_is_left_out_by_a_click(show_dialog):
    dialog = show_dialog(GAPS + "Source: a school\n")
    pick(dialog.kinds.boxes[1], "number")
    assert not dialog.ok.isEnabled()
    click(dialog.question.buttons[0])
    assert dialog.ok.isEnabled()
    assert settings_of(dialog).format == "skip = 22"
    assert "5 rows with a missing value" in str(dialog.remarks.problems()[0])


def test_words_are_shown_by_each_encoding_that_may_be_meant(show_dialog, tmp_path):
    words = ["sarı", "yeşil", "kırmızı"]
    text = "a,renk\n" + "".join(f"{i * i},{words[i % 3]}\n" for i in range(20))
    dialog = show_dialog(text.encode("windows-1254"))
    assert not dialog.ok.isEnabled()
    shown = [button.text() for button in dialog.question.buttons]
    assert shown == ["sarý, yeþil, kýrmýzý", "sarı, yeşil, kırmızı"]
    click(dialog.question.buttons[1])
    assert settings_of(dialog).format == "encoding = windows-1254"
    assert load(settings_of(dialog)).class_names == tuple(sorted(words))


def test_a_long_remark_takes_as_many_lines_as_it_needs(show_dialog):
    halves = "".join(f"{i * i},{['1/2', '1/4'][i % 2]},{i / 7}\n" for i in range(20))
    dialog = show_dialog(f"a,half,y\n{halves}")
    (item,) = (dialog.remarks.topLevelItem(i) for i in range(dialog.remarks.topLevelItemCount()))
    line = dialog.remarks.fontMetrics().lineSpacing()
    assert 2 * line <= dialog.remarks.visualItemRect(item).height() < 5 * line
