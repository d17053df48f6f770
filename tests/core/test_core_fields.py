"""Field paths: what each value may be, and what is said of one that it may not be."""

import math
import subprocess
import sys

import pytest

from regplay.core import fields
from regplay.core.datasets import REGISTRY
from regplay.core.experiment import Experiment
from regplay.core.fields import (
    FIELDS,
    ExperimentError,
    differences,
    field,
    from_dict,
    get,
    replace,
    to_dict,
    with_defaults,
)

# Stated here once more on purpose: bounds are what files and lessons rely on.
BOUNDS = {
    "data.n_train": (0, 20_000),
    "data.n_valid": (0, 20_000),
    "data.sample": (0, 100_000),
    "data.noise": (0.0, 2.0),
    "data.label_noise": (0.0, 0.5),
    "data.n_inputs": (1, 1000),
    "data.n_informative": (0, 1000),
    "data.n_classes": (2, 4),
    "data.n_arms": (2, 4),
    "data.seed": (0, 2**31 - 1),
    "model.depth": (0, 8),
    "model.width": (1, 512),
    "model.init_scale": (0.0, 10.0),
    "regularization.weight_decay": (0.0, 10.0),
    "regularization.l1": (0.0, 1.0),
    "regularization.dropout": (0.0, 0.95),
    "regularization.input_dropout": (0.0, 0.95),
    "regularization.input_noise": (0.0, 2.0),
    "regularization.max_norm": (0.0, 100.0),
    "regularization.label_smoothing": (0.0, 0.95),
    "regularization.early_stopping": (0, 100_000),
    "optimizer.lr": (0.0, 10.0),
    "optimizer.momentum": (0.0, 0.999),
    "optimizer.batch_size": (0, 20_000),
    "epochs": (1, 1_000_000),
    "model.degree": (1, 20),
    "seed": (0, 2**31 - 1),
}
NUMBERS = [path for path, one in FIELDS.items() if one.kind == "number"]
INTEGERS = [path for path, one in FIELDS.items() if one.kind == "integer"]
CHOICES = [path for path, one in FIELDS.items() if one.kind == "choice"]
SWITCHES = [path for path, one in FIELDS.items() if one.kind == "switch"]
LISTS = ("model.widths", "regularization.dropouts")
TEXTS = [path for path, one in FIELDS.items() if one.kind == "text" and path not in LISTS]


def nested(path, value):
    section, _, name = path.rpartition(".")
    return {section: {name: value}} if section else {name: value}


def refusal(path, value):
    """The message with which `value` is refused, the same by all ways in."""
    messages = []
    for attempt in (
        lambda: field(path).check(value),
        lambda: replace(Experiment(), {path: value}),
        lambda: from_dict(nested(path, value)),
    ):
        with pytest.raises(ExperimentError) as caught:
            attempt()
        messages.append(str(caught.value))
    assert len(set(messages)) == 1
    return messages[0]


def test_every_number_has_these_bounds():
    assert set(BOUNDS) == set(NUMBERS + INTEGERS)
    for path, (minimum, maximum) in BOUNDS.items():
        assert (field(path).minimum, field(path).maximum) == (minimum, maximum)


@pytest.mark.parametrize("path", BOUNDS)
def test_bounds_hold_on_both_sides(path):
    one = field(path)
    minimum, maximum = BOUNDS[path]
    if one.kind == "integer":
        below, above = [minimum - 1, -(10**30)], [maximum + 1, 10**30]
    else:
        below = [math.nextafter(minimum, -math.inf), -1e300]
        above = [math.nextafter(maximum, math.inf), 1e300]
    if path == "model.init_scale":  # 0 itself is out
        assert one.exclusive_minimum
        below.append(0.0)
        assert get(replace(Experiment(), {path: 5e-324}), path) == 5e-324
    else:
        assert not one.exclusive_minimum
        assert get(replace(Experiment(), {path: minimum}), path) == minimum
    assert get(replace(Experiment(), {path: maximum}), path) == maximum
    for value in below + above:
        message = refusal(path, value)
        assert message.startswith(f"{path} = {value}: must be a ")
        stated = message.partition(": must be ")[2]
        assert stated == one.bounds
        assert f" {minimum:g} " in stated
        assert stated.endswith(f" {maximum:,}" if one.kind == "integer" else f" {maximum:g}")


@pytest.mark.parametrize("path", NUMBERS + INTEGERS)
def test_what_is_not_finite_is_refused(path):
    for value in (math.nan, math.inf, -math.inf):
        assert refusal(path, value) == f"{path} = {value}: must be {field(path).bounds}"


@pytest.mark.parametrize("path", NUMBERS + INTEGERS)
def test_what_is_no_number_is_refused(path):
    for value in ("1", True, False, None, [1], {"a": 1}, b"1", 10**400, -(10**400)):
        message = refusal(path, value)
        assert message.startswith(f"{path} = "), value
        assert message.endswith(f": must be {field(path).bounds}"), value
        assert len(message) < 250, value


@pytest.mark.parametrize("path", INTEGERS)
@pytest.mark.parametrize("value", [2.5, 1e-9])
def test_whole_numbers_take_no_fractions(path, value):
    assert "must be a whole number" in refusal(path, value)


@pytest.mark.parametrize("path", NUMBERS)
def test_numbers_take_whole_ones_and_keep_their_type(path):
    value = get(replace(Experiment(), {path: 1 if BOUNDS[path][1] >= 1 else 0}), path)
    assert type(value) is float


@pytest.mark.parametrize("path", INTEGERS)
def test_whole_numbers_stay_whole(path):
    value = get(replace(Experiment(), {path: BOUNDS[path][1]}), path)
    assert type(value) is int


@pytest.mark.parametrize("path", SWITCHES)
def test_switches_take_true_and_false_alone(path):
    for value in (True, False):
        assert get(replace(Experiment(), {path: value}), path) is value
    for value in (0, 1, "true", None, 0.0):
        assert refusal(path, value).endswith("must be true or false")


@pytest.mark.parametrize("path", CHOICES)
def test_choices_take_their_names_alone(path):
    choices = field(path).choices
    for value in choices:
        assert get(replace(Experiment(), {path: value}), path) == value
    for value in ("", "nothing-like-it", choices[0].upper() + "x", 3, None, True, ["sine"]):
        message = refusal(path, value)
        assert message.startswith(f"{path} = ")
        assert all(choice in message for choice in choices)


@pytest.mark.parametrize(
    ("path", "value", "near"),
    [
        ("optimizer.name", "adm", "adam"),
        ("model.activation", "rellu", "relu"),
        ("data.name", "sin", "sine"),
        ("model.init", "kaimin", "kaiming"),
    ],
)
def test_a_choice_that_is_nearly_right_is_named(path, value, near):
    assert refusal(path, value).endswith(f"did you mean {near}?")


@pytest.mark.parametrize("path", TEXTS)
def test_texts_take_texts_alone(path):
    assert get(replace(Experiment(), {path: "a b\n"}), path) == "a b\n"
    for value in (1, None, True, ["a"]):
        assert refusal(path, value).endswith("must be a text")


RIGHT_LISTS = {
    "model.widths": ("", "1", "512, 64,8", " 16 , 499 ", ",".join("9" * 8)),
    "regularization.dropouts": ("", "0", "0.95,.5, 0.0", " 0.949 , 0.9", ",".join(["0.2"] * 8)),
}


@pytest.mark.parametrize(
    ("path", "text"), [(p, t) for p, some in RIGHT_LISTS.items() for t in some]
)
def test_lists_hold_up_to_eight_values(path, text):
    assert get(replace(Experiment(), {path: text}), path) == text


WRONG_LISTS = {
    "model.widths": ("0", "513", "1000", "8.5", "-3", "a", "8 8", "8,,8", "8,", ",".join("9" * 9)),
    "regularization.dropouts": ("1", "0.951", "0.96", "-0.1", "a", ".", "0.1 0.2", "0.1,"),
}


@pytest.mark.parametrize(
    ("path", "text"), [(p, t) for p, some in WRONG_LISTS.items() for t in some]
)
def test_lists_are_refused_with_what_they_must_be(path, text):
    words = "whole numbers from 1 to 512" if path == "model.widths" else "numbers from 0 to 0.95"
    assert refusal(path, text).endswith(f"must be up to 8 {words}, separated by commas")


def test_the_choices_of_a_dataset_are_the_registry():
    assert field("data.name").choices == tuple(REGISTRY)


@pytest.mark.parametrize(
    ("raw", "path", "near"),
    [
        ({"regularization": {"droput": 0.1}}, "regularization.droput", "regularization.dropout"),
        ({"model": {"dept": 1}}, "model.dept", "model.depth"),
        ({"regularisation": {"l1": 0.1}}, "regularisation", "regularization"),
        ({"epoch": 4}, "epoch", "epochs"),
        ({"lr": 0.1}, "lr", "optimizer.lr"),
        ({"weight_decay": 0.1}, "weight_decay", "regularization.weight_decay"),
    ],
)
def test_an_unknown_key_names_the_nearest(raw, path, near):
    with pytest.raises(ExperimentError) as caught:
        from_dict(raw)
    assert str(caught.value) == f"{path}: no such field; did you mean {near}?"


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("regularization.wd", "regularization.weight_decay"),
        ("regularization.weightdecay", "regularization.weight_decay"),
        ("wd", "regularization.weight_decay"),
        ("learning_rate", "optimizer.lr"),
        ("optimizer.learning_rate", "optimizer.lr"),
        ("optimizer.batch", "optimizer.batch_size"),
        ("dta.name", "data.name"),
        ("optimiser.name", "optimizer.name"),
        ("data.sed", "data.seed"),
        ("modle", "model"),
    ],
)
def test_the_last_part_of_a_path_says_which_field_is_meant(path, near):
    with pytest.raises(ExperimentError) as caught:
        field(path)
    assert str(caught.value) == f"{path}: no such field; did you mean {near}?"


@pytest.mark.parametrize("path", ["model.zzz", "regularization.zzz", "data.zzz"])
def test_a_group_alone_is_never_suggested_for_a_path_in_it(path):
    with pytest.raises(ExperimentError) as caught:
        field(path)
    assert str(caught.value) == f"{path}: no such field"


def test_of_a_group_the_fields_are_named():
    with pytest.raises(ExperimentError, match="model: no such field; it is a group of fields: "):
        field("model")
    with pytest.raises(ExperimentError, match=r"model\.depth, model\.width"):
        field("model")


def test_an_unknown_key_that_is_near_to_none_names_none():
    with pytest.raises(ExperimentError) as caught:
        field("zzzzzz")
    assert str(caught.value) == "zzzzzz: no such field"
    with pytest.raises(ExperimentError, match="no such field"):
        replace(Experiment(), {"zzzzzz": 1})


def test_every_problem_gets_a_line_of_its_own():
    raw = {
        "epochs": 0,
        "model": {"depth": 99, "widht": 4},
        "data": 5,
        "optimizer": {"lr": "fast", "name": "adma"},
    }
    with pytest.raises(ExperimentError) as caught:
        from_dict(raw)
    lines = str(caught.value).splitlines()
    assert sorted(line.split()[0].rstrip(":") for line in lines) == [
        "data",
        "epochs",
        "model.depth",
        "model.widht",
        "optimizer.lr",
        "optimizer.name",
    ]
    assert "data = 5: must be a table of values" in lines


@pytest.mark.parametrize("section", ["data", "model", "regularization", "optimizer"])
@pytest.mark.parametrize("value", [1, "x", [1], [{"depth": 1}], None])
def test_a_section_must_be_a_table(section, value):
    with pytest.raises(ExperimentError, match=rf"^{section} = .*: must be a table of values$"):
        from_dict({section: value})


def test_long_values_are_cut_in_messages():
    message = refusal("model.depth", "x" * 10_000)
    assert len(message) < 200
    assert "..." in message


# Datasets' defaults


def test_choosing_a_dataset_sets_its_defaults():
    for name, spec in REGISTRY.items():
        made = from_dict({"data": {"name": name}})
        assert made.data.name == name
        for key, value in spec.defaults.items():
            assert get(made, f"data.{key}") == value
        others = {
            path for path in FIELDS if path.removeprefix("data.") not in {*spec.defaults, "name"}
        }
        assert not others & set(differences(Experiment(), made))


def test_what_is_said_wins_over_the_defaults():
    made = replace(Experiment(), {"data.n_train": 17, "data.name": "curved"})
    assert made.data.n_train == 17
    assert made.data.n_valid == REGISTRY["curved"].defaults["n_valid"] == 60


def test_back_to_defaults_keeps_what_is_learned_and_other_fields():
    changed = replace(
        Experiment(),
        {"data.name": "points", "data.points": "0 1\n1 2\n", "data.standardize": True}
        | {"data.task": "regression", "model.width": 3, "seed": 4},
    )
    data = with_defaults(changed, [path for path in FIELDS if path.startswith("data.")])
    assert data.data.points == "0 1\n1 2\n"
    assert (data.data.name, data.data.task) == ("points", "regression")
    assert not data.data.standardize  # the dataset's own default
    assert (data.model.width, data.seed) == (3, 4)
    assert with_defaults(changed, FIELDS).model == Experiment().model


def test_naming_the_same_dataset_again_changes_nothing():
    noisy = replace(Experiment(), {"data.noise": 0.9})
    assert replace(noisy, {"data.name": "sine"}) == noisy


def test_changing_another_value_of_the_data_sets_no_defaults():
    moons = replace(Experiment(), {"data.name": "moons", "data.noise": 0.1})
    assert replace(moons, {"data.seed": 4}).data.noise == 0.1


# Texts from a command line


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("model.depth", "3", 3),
        ("model.depth", " 0 ", 0),
        ("optimizer.lr", "1e-3", 0.001),
        ("optimizer.lr", "1", 1.0),
        ("data.clean_valid", "true", True),
        ("data.clean_valid", "False", False),
        ("optimizer.name", "sgd", "sgd"),
        ("data.file", "a/b.csv", "a/b.csv"),
        ("data.target", "", ""),
        ("epochs", "1000000", 1_000_000),
    ],
)
def test_parse(path, text, value):
    found = field(path).parse(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("model.depth", "2.5"),
        ("model.depth", "two"),
        ("model.depth", ""),
        ("model.depth", "9"),
        ("model.depth", "-1"),
        ("optimizer.lr", "nan"),
        ("optimizer.lr", "inf"),
        ("optimizer.lr", "11"),
        ("optimizer.lr", "fast"),
        ("data.clean_valid", "yes"),
        ("data.clean_valid", "1"),
        ("optimizer.name", "rmsprop"),
        ("epochs", "9" * 5000),
    ],
)
def test_parse_refuses_with_path_text_and_bound(path, text):
    with pytest.raises(ExperimentError) as caught:
        field(path).parse(text)
    message = str(caught.value)
    assert message.startswith(f"{path} = ")
    assert field(path).bounds in message


def test_parse_reads_back_what_a_value_is_written_as():
    for one in FIELDS.values():
        assert one.parse(str(one.default)) == one.default


# The rest


def test_differences_are_the_paths_that_differ_in_the_order_of_the_fields():
    old = Experiment()
    new = replace(old, {"seed": 3, "data.noise": 0.1, "model.width": 65})
    assert differences(old, new) == ("data.noise", "model.width", "seed")
    assert differences(old, old) == ()


def test_to_dict_has_every_field():
    plain = to_dict(Experiment())
    paths = [
        f"{name}.{key}" if isinstance(value, dict) else name
        for name, value in plain.items()
        for key in (value if isinstance(value, dict) else [None])
    ]
    assert sorted(paths) == sorted(FIELDS)


@pytest.mark.parametrize("path", FIELDS)
def test_every_field_can_be_explained(path):
    one = FIELDS[path]
    assert one.path == path
    assert one.label
    assert one.description.endswith(".")
    assert len(one.description) > 15
    if one.log_floor is not None:
        assert 0 < one.log_floor < one.maximum


def test_fields_need_neither_sources_nor_docstrings():
    show = "from regplay.core.fields import FIELDS; print(len(FIELDS), FIELDS['seed'].description)"
    without = subprocess.run(
        [sys.executable, "-OO", "-c", show], capture_output=True, text=True, check=True
    )
    assert without.stdout.split() == [str(len(FIELDS))]


def test_a_text_of_any_length_and_any_number_of_unknown_keys_are_refused_after_little_work(
    monkeypatch,
):
    compared, likeness = [], fields._likeness
    monkeypatch.setattr(fields, "_likeness", lambda *two: compared.append(two) or likeness(*two))
    with pytest.raises(ExperimentError, match=r"^data\.name = .*: must be one of"):
        field("data.name").check("sin" * 100_000)
    with pytest.raises(ExperimentError, match=r"no such field$"):
        from_dict({"data.nam" * 100_000: 1})
    assert not compared
    with pytest.raises(ExperimentError) as caught:
        from_dict({"model": {f"dept{i}": i for i in range(5_000)}})
    assert len(compared) <= 20 * len(fields.FIELDS)
    assert str(caught.value).count("\n") == 20
    assert str(caught.value).endswith("\n…")
