"""A person's CSV file."""

import msgspec
import numpy as np
import pytest
from made_datasets import all_x

from regplay.core.datasets import DatasetError, csv_reader, load
from regplay.core.datasets.csv_table import Check, Choice
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


def test_a_header_is_found_above_a_wrong_cell(refusal):
    assert refusal("a,y\nx,1\n2,2\n3,3\n") == (
        ", row 2, column 1 (a): 'x' is not a number; only the target may be text"
    )


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
    text = "a,name\n" + lines(51, lambda i: f"{i},person {i}")
    assert refusal(text) == (
        ", column 2 (name): there are 51 different texts; at most 50 classes are allowed"
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
    assert refusal("\na,y\n1,2\n\nx,4\n").startswith(", row 5, column 1 (a)")


@pytest.mark.parametrize("cell", ["", "NA", "n/a", "NaN", "nan", "NULL", "?", "  "])
def test_missing_values(refusal, cell):
    assert refusal(f"a,b,y\n1,2,3\n4,{cell},6\n7,8,9\n") == (
        ", row 3, column 2 (b): a value is missing; fill it in or remove the row"
    )
    assert refusal(f"a,b,y\n1,2,3\n4,5,6\n7,8,{cell}\n") == (
        ", row 4, column 3 (y): the target is missing; remove the row"
    )


def test_text_where_numbers_should_be(refusal):
    text = "1,2,3\n4,5,6\n7,eight,9\n"
    assert refusal(text) == (
        ", row 3, column 2: 'eight' is not a number; only the target may be text"
    )
    assert refusal("a,y\n1,1\n2,2\n3,oops\n") == (
        ", row 4, column 2 (y): 'oops' is not a number; most of this column are numbers"
    )
    assert refusal("a;y\n1,5;1\n2,5;2\n").endswith(
        "row 2, column 1 (a): '1,5' is not a number; write decimals with a point"
    )
    assert "'1_000' is not a number" in refusal("a,y\n1,1\n1_000,2\n3,4\n")


@pytest.mark.parametrize("cell", ["inf", "-inf", "Infinity", "1e999"])
def test_cells_that_are_not_finite(refusal, cell):
    assert refusal(f"a,y\n1,2\n{cell},3\n") == f", row 3, column 1 (a): {cell!r} is not finite"
    assert refusal(f"a,y\n1,2\n4,{cell}\n") == f", row 3, column 2 (y): {cell!r} is not finite"


def test_cells_whose_squares_overflow(refusal):
    assert refusal("a,y\n1,2\n1e200,3\n").endswith("'1e200' is too large")


def test_ragged_rows(refusal):
    text = "a,b,y\n1,2,3\n4,5\n7,8,9\n"
    assert refusal(text) == ", row 3: this row has 2 cells, the first one has 3"
    far = "a,b,y\n" + lines(60, lambda i: f"{i},2,3") + "1,2,3,4\n"
    assert refusal(far) == ", row 62: this row has 4 cells, the first one has 3"


def test_too_few_rows_or_columns(refusal):
    assert "the file is empty" in refusal("")
    assert "the file is empty" in refusal("\n\n")
    assert "there is only one row of values" in refusal("1,2,3\n")
    assert "there is only one row of values" in refusal("a,b,c\n1,2,3\n")
    assert "there is only one column" in refusal("a\n1\n2\n")
    assert "there are 1,001 inputs; at most 1,000" in refusal(lines(3, lambda _: "1," * 1001 + "2"))


def test_a_target_of_one_value_is_refused(refusal):
    assert refusal("a,kind\n1,cat\n2,cat\n3,cat\n") == (
        ", column 2 (kind): the target is 'cat' in every row; there is nothing to tell apart"
    )
    assert "the target is '0' in every row" in refusal("a,y\n1,0\n2,0\n")


def test_files_that_are_no_text(refusal):
    assert "this is not a text file" in refusal(b"PK\x03\x04\x00\x00\x00 a spreadsheet")
    assert "this is not a text file" in refusal("a,b\n1,2\n".encode("utf-16"))
    assert refusal("größe,y\n1,2\n3,4\n".encode("latin-1")) == (
        ", row 1, column 1 (gr\ufffd\ufffde): this is not UTF-8 text; save the file as CSV UTF-8"
    )
    assert "row 3, column 2 (kind): this is not UTF-8" in refusal(
        "a,kind\n1,dog\n2,löwe\n3,dog\n".encode("latin-1")
    )


def test_an_open_quote(refusal):
    assert refusal('a,kind\n1,cat\n2,"dog\n3,cat\n').startswith(", row 3: can't be read as CSV")


@pytest.mark.parametrize("file", ["", "  "])
def test_no_file_chosen(file):
    with pytest.raises(DatasetError, match=r"^No file is named yet: choose a CSV file"):
        load(DataSettings(name="csv", file=file))


def test_files_that_are_not_there(tmp_path):
    for file, problem in (
        (tmp_path / "none.csv", "there is no such file"),
        (tmp_path, "this is a folder"),
    ):
        with pytest.raises(DatasetError) as caught:
            load(DataSettings(name="csv", file=str(file)))
        assert str(caught.value).startswith(f"{file}: {problem}")


def test_a_file_that_may_not_be_read(read, refusal, monkeypatch):
    def denied(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(csv_reader.Path, "open", denied)
    monkeypatch.setattr(csv_reader.Path, "write_bytes", lambda path, data: path.touch())
    assert refusal("") == ": can't be read: Permission denied"


def test_a_million_rows_are_refused_before_they_are_read(refusal, monkeypatch):
    served = 0
    rows = csv_reader.TableReader._read

    def counted(reader):
        nonlocal served
        for row in rows(reader):
            served += 1
            yield row

    monkeypatch.setattr(csv_reader.TableReader, "_read", counted)
    message = refusal("x,y\n" + "0.5,1.5\n" * 1_000_000)
    assert message == ", row 100002: there are more than 100,000 rows; save a part of them"
    assert served <= csv_reader.MAX_ROWS + 1


def test_a_file_of_many_bytes_is_refused_unread(refusal, monkeypatch):
    monkeypatch.setattr(csv_reader, "MAX_BYTES", 10 * 2**20)
    monkeypatch.setattr(csv_reader, "TableReader", None)
    assert refusal(b"1,2\n" * (3 * 2**20)) == (
        ": 12 MiB is too large; a file may have up to 10 MiB and 100,000 rows"
    )


@pytest.mark.parametrize("header", ["", "x,y\n"])
def test_the_limit_counts_rows_without_the_header(read, refusal, monkeypatch, header):
    monkeypatch.setattr(csv_reader, "MAX_ROWS", 50)
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


def test_a_file_that_was_checked_is_not_read_again(tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    path.write_text("a,y\n1,2\n3,4\n")
    for _ in Check(path, Choice("y", "a")).steps():
        pass
    monkeypatch.setattr(csv_reader, "TableReader", None)
    settings = DataSettings(
        name="csv", file=str(path), target="y", inputs="a", n_train=0, n_valid=0
    )
    assert load(settings).input_names == ("a",)
    with pytest.raises(DatasetError, match=f"{path.name} has 2 rows"):
        load(msgspec.structs.replace(settings, n_train=2))
