"""A person's CSV file."""

import gc

import msgspec
import numpy as np
import pytest
from made_datasets import all_x

from regplay.core.datasets import DatasetError, load
from regplay.core.datasets.own_table import (
    Check,
    keep,
    raw_table,
    table_check,
    table_file,
    table_rows,
)
from regplay.core.experiment import DataSettings


def lines(n, row):
    return "".join(row(i) + "\n" for i in range(n))


def test_a_table_of_numbers_with_a_header(read):
    data = read("height,weight,age\n1,10,0.5\n2,20,1.5\n3,30,2.5\n4,40,3.5\n")
    assert data.task == "regression"
    assert data.input_names == ("height", "weight")
    assert data.target_name == "age"
    assert all_x(data) == [[1, 10], [2, 20], [3, 30], [4, 40]]
    assert data.truth is data.noise_floor is None


def test_a_table_without_a_header(read):
    data = read("1,10,0.5\n2,20,1.5\n3,30,2.5\n")
    assert data.input_names == ("column 1", "column 2")
    assert data.target_name == "column 3"
    assert all_x(data) == [[1, 10], [2, 20], [3, 30]]


def test_no_header_beside_a_class_column(read):
    data = read("1,10,cat\n2,20,dog\n3,30,cat\n")
    assert len(data.train.x) + len(data.valid.x) == 3
    assert data.class_names == ("cat", "dog")


def test_a_header_is_found_by_one_text_over_numbers(read):
    data = read("2019,2020,y\n1,10,0.5\n2,20,1.5\n")
    assert data.input_names == ("2019", "2020")
    assert all_x(data) == [[1, 10], [2, 20]]


def test_data_target_names_the_column(read):
    text = "a,b,c\n1,10,0.5\n2,20,1.5\n3,30,2.5\n"
    data = read(text, target="a")
    assert data.input_names == ("b", "c")
    assert data.target_name == "a"
    assert sorted([*data.train.y, *data.valid.y]) == [1, 2, 3]
    assert read("1,10\n2,20\n3,40\n", target="column 1").target_name == "column 1"


def test_a_target_that_is_no_column(refusal):
    text = "a,b\n1,2\n3,4\n"
    assert refusal(text, target="c") == ": data.target = c is no column of it; the columns are a, b"
    assert refusal("1,2\n3,4\n", target="c").endswith("column 1, column 2 (it has no header)")
    assert "is the name of several columns" in refusal("a,a,b\n1,2,3\n4,5,6\n", target="a")


def test_a_text_target_is_classes_in_sorted_order(read):
    data = read("a,kind\n1,pear\n2,apple\n3,pear\n4,fig\n", n_train=3, n_valid=1)
    assert data.task == "classification"
    assert data.class_names == ("apple", "fig", "pear")
    kind = {1: "pear", 2: "apple", 3: "pear", 4: "fig"}
    for split in (data.train, data.valid):
        assert split.y.dtype == np.int64
        assert [data.class_names[y] for y in split.y] == [kind[int(x)] for x in split.x[:, 0]]


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        ("0 1 1 0", ("0", "1")),
        ("0.0 1.0 2.0 1", ("0", "1", "2")),
        ("0 1 2 3 4 5 6 7 8 9", tuple("0123456789")),
        ("0 1 2 3 4 5 6 7 8 9 10", None),
        ("1 2 1 2", None),
        ("0 2 0 2", None),
        ("0 0.5 1 0", None),
        ("-1 1 -1 1", None),
    ],
)
def test_whole_numbers_from_zero_without_gaps_are_classes(read, targets, names):
    cells = targets.split()
    data = read(lines(len(cells), lambda i: f"{i},{cells[i]}"))
    assert (data.class_names or None) == names
    assert data.task == ("classification" if names else "regression")


def test_too_many_texts_are_no_classes(refusal):
    text = "a,name\n" + lines(102, lambda i: f"{i},person {i % 51}")
    assert refusal(text) == (
        ", column 2 (name): this target can't be learned: it has 51 different texts; at most 50 "
        "can be told apart; choose another column as the target"
    )


def test_a_target_of_which_every_row_has_its_own_text_is_refused(refusal):
    text = "a,name\n" + lines(20, lambda i: f"{i},person {i}")
    assert refusal(text) == (
        ", column 2 (name): this target can't be learned: nearly every row has its own text; "
        "choose another column as the target"
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_separators_line_ends_and_byte_order_mark(read, separator, end, bom):
    rows = [["größe", "b", "y"], ["1", " 10", "0.5"], ["2", "20 ", "1.5"], ["3", "30", "2.5"]]
    data = read(bom + (end.join(separator.join(row) for row in rows) + end).encode())
    assert data.input_names == ("größe", "b")
    assert all_x(data) == [[1, 10], [2, 20], [3, 30]]


def test_a_header_in_quotes_may_hold_other_separators(read):
    data = read('"size; in\tcm",y\n1,2\n2,4\n3,6\n')
    assert data.input_names == ("size; in cm",)


def test_blank_lines_are_skipped_but_counted(read, refusal):
    assert all_x(read("\na,y\n1,2\n\n2,4\n\n\n")) == [[1], [2]]
    assert refusal("\na,y\n1,2\n\nx,4\n5,6\n").startswith(", row 5, column 1 (a)")


GAPS = ["", "NA", "n/a", "NaN", "nan", "NULL", "?", "  ", "-", ".", "#N/A", "None", "n.a."]


@pytest.mark.parametrize("cell", GAPS)
def test_rows_with_missing_values_are_left_out(read, cell):
    data = read(f"a,b,y\n1,2,3\n4,{cell},6\n7,8,9\n10,11,12\n")
    assert all_x(data) == [[1, 2], [7, 8], [10, 11]]
    data = read(f"a,b,y\n1,2,3\n4,5,6\n7,8,{cell}\n")
    assert all_x(data) == [[1, 2], [4, 5]]


def test_text_where_numbers_should_be(refusal):
    text = "1,2,3\n4,5,6\n7,eight,9\n"
    assert refusal(text) == (
        ', row 3, column 2: "eight" is not a number; correct it, '
        "or if it means that the value is missing, leave the cell empty; "
        'say data.format = "missing = eight"'
    )
    assert refusal("a,y\n1,1\n2,2\n3,oops\n").startswith(
        ', row 4, column 2 (y): "oops" is not a number; correct it'
    )
    assert '"1_000" is not a number' in refusal("a,y\n1,1\n1_000,2\n3,4\n")


@pytest.mark.parametrize("cell", ["inf", "-inf", "Infinity", "1e999"])
def test_cells_that_are_not_finite(refusal, cell):
    fault = "is not finite; correct it or leave the cell empty"
    assert refusal(f"a,y\n1,2\n{cell},3\n") == f', row 3, column 1 (a): "{cell}" {fault}'
    assert refusal(f"a,y\n1,2\n4,{cell}\n") == f', row 3, column 2 (y): "{cell}" {fault}'


def test_cells_whose_squares_overflow(refusal):
    assert '"1e200" is too large' in refusal("a,y\n1,2\n1e200,3\n")


def test_ragged_rows(refusal):
    text = "a,b,y\n1,2,3\n4,5\n7,8,9\n"
    wrong = "is a separator missing, or one too many?"
    assert refusal(text) == (
        f', row 3: this row has 2 cells, the first one has 3; {wrong} Say data.format = "skip = 3"'
    )
    far = "a,b,y\n" + lines(60, lambda i: f"{i},2,3") + "1,2,3,4\n"
    assert f", row 62: this row has 4 cells, the first one has 3; {wrong}" in refusal(far)


def test_too_few_rows_or_columns(refusal):
    assert "the file is empty" in refusal("")
    assert "the file is empty" in refusal("\n\n")
    assert "there is only one row of values" in refusal("1,2,3\n")
    assert "there is only one row of values" in refusal("a,b,c\n1,2,3\n")
    assert "there is only one column" in refusal("a\n1\n2\n")
    assert "there are 1,001 inputs; at most 1,000" in refusal(lines(3, lambda _: "1," * 1001 + "2"))


def test_a_target_of_one_value_is_refused(refusal):
    assert refusal("a,kind\n1,cat\n2,cat\n3,cat\n") == (
        ', column 2 (kind): the target is "cat" in every row; there is nothing to tell apart'
    )
    assert 'the target is "0" in every row' in refusal("a,y\n1,0\n2,0\n")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04\x00\x00\x00 a spreadsheet", "a damaged ZIP or Excel file"),
        (b"a,b\n1,\x00\n", "not a text file"),
        (b'{"a": [1, 2]}', "a JSON file"),
        (b'[{"a": 1}, {"a": 2}]', "a JSON file"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"%PDF-1.7", "a PDF"),
        (
            b"\xd0\xcf\x11\xe0 old",
            "an old Excel or Office file, or a workbook with a password: save it",
        ),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"PAR1", "a Parquet file"),
        (b"{\\rtf1 a b}", "an RTF text: copy the table from it"),
        (b"ID3" + bytes(range(1, 255)), "not a text file"),
        (b"% iris\n@RELATION iris\n@attribute a real\n", "an ARFF file of Weka"),
        (b"\\begin{tabular}{ll}\na & b \\\\\n", "a LaTeX table"),
        (b"a & b \\\\\n1 & 2 \\\\\n", "a LaTeX table"),
        (b"INSERT INTO t VALUES\n(1,2),\n(2,3);\n", "SQL: save the result"),
        (b"+1 1:0.5 3:2\n-1 2:0.25\n", "a sparse table"),
        (b"<!DOCTYPE html><html>", "a web page or XML"),
    ],
)
def test_what_is_no_table_is_named(refusal, content, kind):
    message = refusal(content)
    assert message.startswith(f": this is {kind}")
    assert "regplay reads tables: CSV, TSV, Excel (.xlsx)" in message


@pytest.mark.parametrize("name", ["<trial>", "select a number", "a & b", "#1", "[m]", "MATLAB"])
def test_a_name_is_not_taken_for_another_kind_of_file(read, name):
    data = read(f"{name},y\n" + lines(9, lambda i: f"{i},{i / 4}"))
    assert data.input_names == (name,)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-8-sig"])
def test_other_encodings_are_read(read, encoding):
    data = read("größe,kind\n1,löwe\n2,hund\n3,löwe\n".encode(encoding))
    assert data.input_names == ("größe",)
    assert data.class_names == ("hund", "löwe")


def test_an_open_quote(refusal):
    assert refusal('a,kind\n1,cat\n2,"dog\n3,cat\n') == (
        ', row 3: the quotation mark (") that is opened in this row is never closed; close it or '
        "take it out"
    )


@pytest.mark.parametrize("file", ["", "  "])
def test_no_file_chosen(file):
    with pytest.raises(DatasetError, match=r"^No file is named yet: choose a table"):
        load(DataSettings(name="csv", file=file))


def test_files_that_are_not_there(tmp_path):
    for file, problem in (
        (tmp_path / "none.csv", "there is no such file"),
        (tmp_path, "this is a folder"),
        (tmp_path / ("n" * 300), "can't be read: File name too long"),
    ):
        with pytest.raises(DatasetError) as caught:
            load(DataSettings(name="csv", file=str(file)))
        assert str(caught.value).startswith(f"{file}: {problem}")


def test_a_name_that_no_file_can_have():
    with pytest.raises(DatasetError, match="no file can have this name"):
        load(DataSettings(name="csv", file="/a\0b.csv"))


def test_a_million_rows_are_refused_before_they_are_read(refusal, monkeypatch):
    monkeypatch.setattr(table_file.pd, "read_csv", None)
    message = refusal("x,y\n" + "0.5,1.5\n" * 1_000_000)
    assert message == (
        ", row 100002: there are more than 100,000 rows, the most that can be used: take a random "
        "sample of them, or save a part of them; say data.sample = 100000"
    )


def test_a_random_sample_of_a_longer_table(read, monkeypatch):
    for module in (table_file, table_rows, raw_table):
        monkeypatch.setattr(module, "MAX_ROWS", 50)
    text = "x,y\n" + lines(200, lambda i: f"{i / 2},{i * i}")
    one, again = (all_x(read(text, sample=40, seed=3)) for _ in range(2))
    assert one == again
    assert len(one) == 40
    assert one[-1][0] > 60  # not the first ones
    assert all_x(read(text, sample=40, seed=4)) != one


def test_a_file_of_many_bytes_is_refused_unread(refusal, monkeypatch):
    monkeypatch.setattr(table_file, "MAX_BYTES", 10 * 2**20)
    monkeypatch.setattr(table_file.pd, "read_csv", None)
    assert refusal(b"1,2\n" * (3 * 2**20)) == (
        ": 12 MiB is too large; a file may have up to 10 MiB: save a part of its rows"
    )


@pytest.mark.parametrize("header", ["", "x,y\n"])
def test_the_limit_counts_rows_without_the_header(read, refusal, monkeypatch, header):
    for module in (table_file, table_rows, raw_table):
        monkeypatch.setattr(module, "MAX_ROWS", 50)
    data = read(header + lines(50, lambda i: f"{i},{i}"))
    assert len(data.train.x) + len(data.valid.x) == 50
    assert "more than 50 rows" in refusal(header + lines(51, lambda i: f"{i},{i}"))


def test_zero_means_thirty_percent_and_the_rest(read):
    text = "x,y\n" + lines(40, lambda i: f"{i},{i * i}")
    sizes = {
        (0, 0): (28, 12),
        (0, 5): (35, 5),
        (10, 0): (10, 12),
        (7, 8): (7, 8),
    }
    for (n_train, n_valid), expected in sizes.items():
        data = read(text, n_train=n_train, n_valid=n_valid)
        assert (len(data.train.x), len(data.valid.x)) == expected
        assert not set(data.train.x[:, 0]) & set(data.valid.x[:, 0])


def test_two_rows_are_enough(read):
    data = read("1,2\n3,4\n")
    assert (len(data.train.x), len(data.valid.x)) == (1, 1)
    assert data.y_scale == 1
    assert data.x_scale.tolist() == [1]


def test_more_rows_than_the_file_has(refusal, read, tmp_path):
    text = "x,y\n" + lines(40, lambda i: f"{i},{i * i}")
    with pytest.raises(DatasetError, match=r"^data\.n_train = 29: .*csv has 40 rows, of which 12 "):
        read(text, n_train=29)
    with pytest.raises(DatasetError, match=r"^data\.n_valid = 40: .*csv has 40 rows, and at least"):
        read(text, n_valid=40)


def test_standardised_by_the_training_rows(read):
    data = read("x,same,y\n" + lines(40, lambda i: f"{i},7.1,{i * i}"))
    seen = data.inputs(data.train.x)
    np.testing.assert_allclose(seen[:, 0].mean(), 0, atol=1e-12)
    np.testing.assert_allclose(seen[:, 0].std(), 1)
    np.testing.assert_allclose(seen[:, 1], 0, atol=1e-12)
    assert data.x_scale[1] == 1
    assert data.y_mean == pytest.approx(data.train.y.mean())
    assert data.y_scale == pytest.approx(data.train.y.std())


def test_the_seed_decides_the_split(read):
    text = "x,y\n" + lines(40, lambda i: f"{i},{i * i}")
    one, again, other = (read(text, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.train.x, again.train.x)
    assert not np.array_equal(one.train.x, other.train.x)


def test_label_noise_left_from_another_dataset_flips_nothing(read):
    text = "x,kind\n" + lines(40, lambda i: f"{i},{'ab'[i % 2]}")
    data = read(text, label_noise=0.5)
    np.testing.assert_array_equal(data.train.y, data.train.x[:, 0] % 2)


def test_a_changed_file_is_read_again(tmp_path):
    path = tmp_path / "table.csv"
    settings = DataSettings(name="csv", file=str(path), n_train=0, n_valid=0)
    path.write_text("1,2\n3,4\n")
    assert load(settings).train.x.max() <= 3
    path.write_text("10,2\n30,4\n50,6\n")
    assert load(settings).train.x.min() >= 10


def test_a_file_that_changed_while_it_was_read_is_read_again(tmp_path):
    path = tmp_path / "table.csv"
    settings = DataSettings(name="csv", file=str(path), n_train=0, n_valid=0)
    path.write_text("1,2\n3,4\n")
    reading = Check(path, settings)
    for _ in reading.steps():
        pass
    path.write_text("10,2\n30,4\n50,6\n")
    keep(reading, settings)
    assert load(settings).train.x.min() >= 10


def test_each_column_is_a_step_of_reading(tmp_path):
    """A window answers between two steps, and a column of 100,000 cells takes a while."""
    path, n = tmp_path / "table.csv", 12
    rows = [[f"c{i}" for i in range(n)], *([str(row + i) for i in range(n)] for row in range(9))]
    path.write_text("\n".join(map(",".join, rows)))
    assert len([*Check(path, DataSettings(name="csv")).steps()]) >= 2 * n - 1


def test_a_file_that_was_checked_is_not_read_again(tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    path.write_text("a,y\n1,2\n3,4\n")
    settings = DataSettings(
        name="csv", file=str(path), target="y", inputs="a", n_train=0, n_valid=0
    )
    reading = Check(path, settings)
    for _ in reading.steps():
        pass
    keep(reading, settings)
    monkeypatch.setattr(table_check, "read_rows", None)
    monkeypatch.setattr(table_check, "Check", None)
    assert load(settings).input_names == ("a",)
    with pytest.raises(DatasetError, match=f"{path.name} has 2 rows"):
        load(msgspec.structs.replace(settings, n_train=2))


def test_a_table_of_many_columns_leaves_little_for_the_collector_to_look_at():
    """It stops the window while it looks at what there is: at a million objects for a second."""
    row = ",".join(map(str, range(300)))
    gc.collect()
    before = len(gc.get_objects())
    most = max(
        len(gc.get_objects()) - before for _ in table_file.read_rows("\n".join([row] * 4000), {})
    )
    assert most < 300 * 4000 / 100
