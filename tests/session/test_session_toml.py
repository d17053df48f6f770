"""Experiments as TOML: nothing is lost, and what is wrong is refused with a reason."""

import contextlib
import math
import os
import random
import threading
import tomllib
from pathlib import Path

import pytest

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, ExperimentError, get, replace
from regplay.session.experiment_text import from_toml, open_experiment, to_toml

CHARACTERS = "abc äλ×日本🙂\"'\\#=[]{}\n\r\t\x00\x1f\x7f\u2028.,"


LISTS = {
    "model.widths": ("", "512", "7, 12,1"),
    "regularization.dropouts": ("", ".5", "0, 0.25, 0.95"),
}


def random_value(field, rng):
    match field.kind:
        case "switch":
            return rng.random() < 0.5
        case "choice":
            return rng.choice(field.choices)
        case "text" if field.form:
            return rng.choice(LISTS[field.path])
        case "text":
            return "".join(rng.choices(CHARACTERS, k=rng.randrange(12)))
        case "integer":
            return rng.choice(
                [field.minimum, field.maximum, rng.randint(field.minimum, field.maximum)]
            )
    small = math.nextafter(0.0, 1.0)
    values = [
        field.maximum,
        small if field.exclusive_minimum else field.minimum,
        rng.uniform(small, field.maximum),
        field.maximum * 10.0 ** rng.uniform(-300, 0),
        math.nextafter(field.maximum, 0.0),
    ]
    return rng.choice(values)


def test_round_trip_loses_nothing():
    for seed in range(100):
        rng = random.Random(seed)
        values = {path: random_value(field, rng) for path, field in FIELDS.items()}
        experiment = replace(Experiment(), values)
        assert {path: get(experiment, path) for path in FIELDS} == values, seed
        text = to_toml(experiment)
        again = from_toml(text)
        assert again == experiment, seed
        assert to_toml(again) == text, seed
        kinds = [{path: type(get(one, path)) for path in FIELDS} for one in (again, experiment)]
        assert kinds[0] == kinds[1], seed


def test_texts_of_several_lines_are_written_as_such():
    points = "-0.5 1\n2 1e-05\n"
    text = to_toml(replace(Experiment(), {"data.points": points}))
    assert f'points = """\n{points}"""\n' in text
    assert from_toml(text).data.points == points


@pytest.mark.parametrize(
    "text",
    [
        "a\r\nb\n",
        "a\n\r\n",
        'a\n"""\nb',
        'a\n"',
        "\n",
        "\n\n a",
        "a\nb\\",
        "a\nb \\\n c",
        "\t\n\x00",
    ],
)
def test_texts_of_several_lines_come_back_exactly(text):
    experiment = replace(Experiment(), {"data.points": text, "data.file": "a\tb"})
    assert from_toml(to_toml(experiment)) == experiment


def test_as_many_points_as_there_may_be_fit_into_a_file(tmp_path):
    points = "-0.12345678901234567 -2.1234567890123456e-05 -1.1234567890123456\n" * 20_000
    experiment = replace(Experiment(), {"data.points": points, "data.valid_points": points})
    path = tmp_path / "large.toml"
    path.write_text(to_toml(experiment), encoding="utf-8")
    assert open_experiment(path) == experiment


def test_every_value_is_written_out():
    parsed = tomllib.loads(to_toml(Experiment()))
    for path in FIELDS:
        value = parsed
        for name in path.split("."):
            value = value[name]
        assert value == get(Experiment(), path)


def test_what_is_left_out_takes_the_defaults():
    assert from_toml("") == Experiment()
    assert from_toml("[model]\ndepth = 1") == replace(Experiment(), {"model.depth": 1})
    assert from_toml('[data]\nname = "curved"') == replace(Experiment(), {"data.name": "curved"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[optimizer]\nlr = nan", "optimizer.lr = nan: must be"),
        ("[optimizer]\nlr = inf", "optimizer.lr = inf: must be"),
        ("epochs = 1e3", "epochs = 1000.0: must be a whole number"),
        ("epochs = 0", "epochs = 0: must be a whole number from 1 to 1,000,000"),
        ("epochs = 12:00:00", "epochs = "),
        ("seed = -1", "seed = -1: must be"),
        ('model = "big"', "model = 'big': must be a table of values"),
        ("[[model]]\ndepth = 1", "must be a table of values"),
        ("[model]\nwidht = 3", "did you mean model.width?"),
        ("[modle]\nwidth = 3", "did you mean model?"),
    ],
)
def test_refusals(text, message):
    with pytest.raises(ExperimentError) as caught:
        from_toml(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["=", "epochs = ", "[model\n", "epochs = 1\nepochs = 2", "{}"])
def test_what_is_no_toml_is_refused_with_its_place(text):
    with pytest.raises(ExperimentError, match=r"^This is not TOML: .*(line|end of document)"):
        from_toml(text)


def test_files(tmp_path):
    experiment = replace(Experiment(), {"data.target": "ä\n", "model.depth": 4})
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(experiment), encoding="utf-8")
    assert open_experiment(path) == experiment


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"epochs = 0", "epochs = 0: must be"),
        (b"=", "This is not TOML"),
        (b"seed = 1 # \xff", "no text in UTF-8"),
        (b"#" * (4 * 1024 * 1024 + 1), "larger than 4 MiB"),
    ],
)
def test_messages_about_a_file_begin_with_its_path(tmp_path, content, message):
    path = tmp_path / "wrong.toml"
    path.write_bytes(content)
    with pytest.raises(ExperimentError) as caught:
        open_experiment(path)
    assert str(caught.value).startswith(f"{path}:")
    assert message in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ExperimentError) as caught:
            open_experiment(path)
        assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="pipes have no names here")
def test_what_another_program_writes_is_read_to_its_end():
    reading, writing = os.pipe()
    os.write(writing, b"epochs = 7\n")
    os.close(writing)
    assert open_experiment(Path(f"/dev/fd/{reading}")).epochs == 7
    os.close(reading)


@pytest.mark.skipif(not os.path.isdir("/dev/fd"), reason="pipes have no names here")
def test_what_another_program_writes_without_end_is_refused():
    reading, writing = os.pipe()

    def write():
        with contextlib.suppress(BrokenPipeError), open(writing, "wb") as pipe:
            pipe.write(b"epochs = 7\n" + b"#" * (5 << 20))

    thread = threading.Thread(target=write)
    thread.start()
    with pytest.raises(ExperimentError, match="larger than 4 MiB"):
        open_experiment(Path(f"/dev/fd/{reading}"))
    os.close(reading)
    thread.join()


def test_the_mark_that_some_editors_begin_a_text_with_is_passed_over(tmp_path):
    path = tmp_path / "experiment.toml"
    path.write_text("epochs = 7\n", encoding="utf-8-sig")
    assert open_experiment(path).epochs == 7
    path.write_text("epochs = 7\n", encoding="utf-16")
    with pytest.raises(ExperimentError, match="save it as UTF-8"):
        open_experiment(path)
