"""What a file of a stranger has otherwise than it may, in words."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from regplay.core import UserError
from regplay.session.validation import read_text, validated

Size = Annotated[int, Meta(ge=1, le=9000)]
Name = Annotated[str, Meta(max_length=5, pattern=r"^[a-z]*$", description="small letters")]


class Layer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    size: Size
    is_linear: bool = True
    names: tuple[Name, ...] = ()
    kind: Literal["relu", "tanh"] | None = None


class Network(msgspec.Struct, kw_only=True):
    layers: Annotated[tuple[Layer, ...], Meta(max_length=2)] = ()
    sizes: Annotated[tuple[Size, ...], Meta(min_length=2, max_length=3)] | None = None
    rest: dict[str, Any] = {}


def refusal(**raw):
    with pytest.raises(UserError) as refused:
        validated(raw, Network, UserError)
    return str(refused.value)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ({}, "layers[2].size is missing: it must be a whole number from 1 to 9,000"),
        ({"size": 0}, "layers[2].size = 0: must be a whole number from 1 to 9,000"),
        ({"size": True}, "layers[2].size = True: must be a whole number from 1 to 9,000"),
        ({"size": 2**80}, f"layers[2].size = {2**80}: must be a whole number from 1 to 9,000"),
        ({"size": 1, "is_linear": 0}, "layers[2].is_linear = 0: must be true or false"),
        ({"size": 1, "names": "a"}, "layers[2].names = 'a': must be a list of texts of at most 5"),
        (
            {"size": 1, "names": ["a", "B"]},
            "layers[2].names[2] = 'B': must be a text of at most 5 characters, small letters",
        ),
        ({"size": 1, "kind": "rely"}, "layers[2].kind = 'rely': must be one of relu, tanh"),
        ({"size": 1, "sise": 2}, "layers[2].sise: no such key; did you mean size?"),
        ({"size": {"a": 100 * "b"}}, "layers[2].size = …: must be"),
        ({"size": 100 * "b"}, f"layers[2].size = '{39 * 'b'}: must be"),
        (3, "layers[2] = 3: must be a table of values"),
    ],
)
def test_the_place_the_value_and_what_it_must_be_are_told(layer, words):
    assert refusal(layers=[{"size": 1}, layer]).startswith(words)


def test_numbers_of_items_are_told():
    assert refusal(layers=3 * [{"size": 1}]) == "layers = …: must be at most 2 tables of values"
    assert refusal(sizes=[1]) == "sizes = …: must be 2 to 3 whole numbers from 1 to 9,000"
    assert refusal(rest=1) == "rest = 1: must be a table of values"


def test_what_is_allowed_comes_back_typed_and_more_is_passed_over_where_it_may_be():
    network = validated({"layers": [{"size": 3}], "sizes": [1, 2], "more": 1}, Network, UserError)
    assert network == Network(layers=(Layer(size=3),), sizes=(1, 2))


def test_a_file_is_read_as_it_is(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes("λ = 1\r\n".encode())
    assert read_text(path, 9, "table", UserError) == "λ = 1\r\n"
    with pytest.raises(UserError, match=r"a\.toml: larger than 0 KiB, so it is no table"):
        read_text(path, 7, "table", UserError)
    with pytest.raises(UserError, match="this is no file"):
        read_text(tmp_path, 9, "table", UserError)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="this is no file"):
        read_text(tmp_path / "pipe", 9, "table", UserError)


def test_a_message_that_repeats_what_was_given_is_bounded():
    assert str(UserError("data.name: short")) == "data.name: short"
    told = str(UserError(f"data.name = {'x' * 1_000_000}: choose a dataset"))
    assert len(told) < 3000
    assert told.startswith("data.name = xxx")
    assert told.endswith(" … " + "x" * (1000 - 18) + ": choose a dataset")


def test_a_name_that_no_file_can_have_is_refused():
    with pytest.raises(UserError, match="no file can have this name"):
        read_text(Path("/a\0b.toml"), 1000, "lesson", UserError)


def test_what_is_wrong_within_a_pair_is_told():
    class Plot(msgspec.Struct):
        points: tuple[tuple[float, Size], ...]

    with pytest.raises(UserError, match="= 0"):
        validated({"points": [[1.5, 3], [2.5, 0]]}, Plot, UserError)


@pytest.mark.parametrize(
    "ends", [{"tanh": [1, 0]}, {"tanh": 3}, {"tan": [1, 2]}, {3: [1, 2]}, 7], ids=str
)
def test_of_a_table_whose_keys_are_free_its_place_is_told(ends):
    class Plots(msgspec.Struct):
        ends: dict[Literal["relu", "tanh"], tuple[Size, Size]]

    class Film(msgspec.Struct):
        plots: tuple[Plots, ...]

    with pytest.raises(UserError, match=r"^plots\[1\]\.ends = (…|7): must be a table of values$"):
        validated({"plots": [{"ends": ends}]}, Film, UserError)
