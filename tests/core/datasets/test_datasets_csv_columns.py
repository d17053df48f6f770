"""Which columns of a person's file are used, and as what."""

import numpy as np
import pytest
from made_datasets import all_x

from regplay.core.datasets.own_table import names_of, written

PEOPLE = """\
name,height,weight,"age, in years",kind
Ann,1.5,50,30,0
Bob,1.8,80,41,1
Cid,1.7,,52,1
Dee,1.6,60,23,0
"""


def test_what_is_no_input_is_not_looked_at(read):
    data = read(PEOPLE, inputs="height")
    assert data.input_names == ("height",)
    assert data.target_name == "kind"
    assert all_x(data) == [[1.5], [1.6], [1.7], [1.8]]


def test_inputs_come_in_the_order_in_which_they_are_named(read):
    data = read(PEOPLE, inputs=' "age, in years" ,height', target="kind")
    assert data.input_names == ("age, in years", "height")
    assert all_x(data)[0] == [23, 1.6]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ("hight", ": data.inputs = hight is no column of it; the columns are name, height, weight"),
        ("height, kind", ", column 5 (kind): data.inputs names the target"),
        ("height, height", ", column 2 (height): data.inputs names it twice"),
        (",", ": data.inputs names no column"),
        ("name\nheight", ": data.inputs = name height is no column of it; the columns are name"),
        ('"' + 200_000 * "x", f': data.inputs = "{38 * "x"}…: a part of it has more than 131,072'),
        (90_000 * "x", f": data.inputs = {39 * 'x'}… is no column of it; the columns are name"),
        ("name", ", column 1 (name): nearly every row has its own text; leave it out of the"),
    ],
)
def test_inputs_that_are_refused(refusal, inputs, message):
    assert refusal(PEOPLE, inputs=inputs).startswith(message)


def test_inputs_on_several_lines(read):
    assert read(PEOPLE, inputs="height,\nweight").input_names == ("height", "weight")


def test_columns_that_share_a_name_are_called_by_their_place(read, refusal):
    text = "a,a,b\n1,10,3\n2,20,5\n3,30,8\n"
    assert names_of(("a", "a", "b")) == ["column 1", "column 2", "b"]
    assert all_x(read(text, inputs="column 2")) == [[10], [20], [30]]
    assert read(text, target="column 1", inputs="b").target_name == "a"
    assert refusal(text, inputs="a").startswith(
        ": data.inputs = a is the name of several columns; the columns are column 1, column 2, b"
    )


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["a"], "a"),
        (["a", "b c"], "a, b c"),
        (["a, b", "c"], '"a, b",c'),
        (['say "x"', "c"], '"say ""x""", c'),
    ],
)
def test_names_written_as_inputs(read, names, text):
    assert written(names) == text
    header = written([*names, "y"])
    data = read(f"{header}\n" + "".join(f"{'1,' * len(names)}{i}\n" for i in (1, 5)), inputs=text)
    assert list(data.input_names) == names


def test_whole_numbers_as_numbers(read):
    data = read(PEOPLE, inputs="height", task="regression")
    assert data.task == "regression"
    assert data.train.y.dtype == np.float64


def test_numbers_as_classes(read):
    data = read("a,y\n1,10\n2,2\n3,2.0\n4,2.5\n", task="classification")
    assert data.class_names == ("2", "2.5", "10")
    found = {
        float(x): data.class_names[y]
        for s in (data.train, data.valid)
        for x, y in zip(s.x[:, 0], s.y, strict=True)
    }
    assert found == {1: "10", 2: "2", 3: "2", 4: "2.5"}


def test_a_mixture_of_texts_and_numbers_as_classes(read):
    text = "a,y\n1,1\n2,1\n3,1\n4,other\n"
    assert read(text, task="classification").class_names == ("1", "other")


def test_a_task_that_the_target_does_not_suit(refusal):
    assert refusal("a,y\n1,cat\n2,dog\n", task="regression") == (
        ", column 2 (y): there are no numbers in it to predict (data.task = regression); say "
        "data.task = classification"
    )
    many = "a,y\n" + "".join(f"{i},{i / 7}\n" for i in range(51))
    assert refusal(many, task="classification") == (
        ", column 2 (y): there are 51 different numbers; at most 50 classes are allowed"
    )


def test_values_as_they_were_measured(read):
    text = "a,y\n" + "".join(f"{i},{i * i}\n" for i in range(20, 40))
    data = read(text, standardize=False)
    assert data.x_mean is data.x_scale is None
    assert (data.y_mean, data.y_scale) == (0, 1)
    np.testing.assert_array_equal(data.inputs(data.train.x), data.train.x)
    other = read(text)
    np.testing.assert_array_equal(data.train.x, other.train.x)
    assert other.x_scale is not None
