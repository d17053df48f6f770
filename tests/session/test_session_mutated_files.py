"""Files of strangers, sound ones changed at random: taken or refused in words, and soon."""

import random
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from regplay.core import UserError
from regplay.core.datasets import load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import replace
from regplay.resources import resource
from regplay.session.experiment_text import from_link, open_experiment, to_link, to_toml
from regplay.session.lessons import load_lesson
from regplay.session.storyboard import load_storyboard

_CASES = 120  # of each kind; two thousand take a minute and found no more
_OUTSIDE = ("/dev/zero", "/etc/passwd", "../../../../etc/passwd")
_VALUES = (
    *(
        "0",
        "-1",
        "2",
        "0.5",
        "1e308",
        "1e-320",
        "inf",
        "nan",
        "1_000",
        "0x10",
        "true",
        "1979-05-27",
    ),
    *('""', '"x"', '"csv"', '"\\u0000"', '"\\u202e"', '"漢🙂"', "[]", "{}", "[[[[]]]]", "[1, 2]"),
    *("9" * 400, f'"{"a" * 20_000}"', '["a", 1]', "{ a = { b = { c = 1 } } }", '"<img src=/x>"'),
    *(f'"{path}"' for path in _OUTSIDE),
)
_PIECES = ("", "\0", "\ufeff", '"', "e999", "[" * 3000, "{a=" * 2000, "\r", ";", "&=%", "é漢🙂")
_VALUE = re.compile(r'(?m)(?<=[=,\[{] )("[^"\n]*"|-?[\d.e+-]+|true|false)')
_KEY = re.compile(r"(?m)^[\w.]+(?= =)")


def with_other(found: re.Pattern[str], text: str, rng: random.Random, others: list[str]) -> str:
    """One of what is found in a text is another."""
    places = list(found.finditer(text))
    if not places:
        return text
    start, end = rng.choice(places).span()
    return text[:start] + rng.choice(others) + text[end:]


def mutated(text: str, rng: random.Random) -> str:
    """One to three of its values, keys, lines and characters are others."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        match rng.choice(("value", "value", "value", "key", "line", "character")):
            case "value":
                text = with_other(_VALUE, text, rng, [*_VALUES])
            case "key":
                text = with_other(_KEY, text, rng, _KEY.findall(text))
            case "line":
                lines = text.split("\n")
                lines.insert(rng.randrange(len(lines)), lines.pop(rng.randrange(len(lines))))
                text = "\n".join(lines)
            case _:
                at, gone = rng.randrange(len(text) + 1), rng.choice((0, 1, 5, 10**9))
                text = text[:at] + rng.choice(_PIECES) + text[at + gone :]
    return text


def shipped(folder: str) -> list[str]:
    return [path.read_text() for path in sorted(Path(resource(folder)).glob("*.toml"))]


EXPERIMENTS = [
    replace(Experiment(), values)
    for values in ({}, {"data.name": "spirals", "seed": 5}, {"data.name": "points"})
]
TABLES = [
    "a,b,kind\n" + "".join(f"{i},{i * i % 7},{'xy'[i % 2]}\n" for i in range(30)),
    "x;y\n" + "".join(f"{i},5;{i * 2}\n" for i in range(30)),
    "day,y\n" + "".join(f"2020-01-{i + 1:02},{i / 3}\n" for i in range(28)),
]
SOUND = {
    "experiment": [*map(to_toml, EXPERIMENTS)],
    "link": [*map(to_link, EXPERIMENTS), "regplay:?seed=3&model.depth=2&data.name=moons"],
    "lesson": shipped("lessons"),
    "storyboard": shipped("storyboards"),
    "table": TABLES,
}
READERS = {
    "experiment": open_experiment,
    "link": lambda path: from_link(path.read_bytes().decode()),
    "lesson": load_lesson,
    "storyboard": load_storyboard,
    "table": lambda path: load(DataSettings(name="csv", file=str(path), n_train=0, n_valid=0)),
}


class Opened:
    """Collects the names of the files that are opened, of whatever part of the process."""

    def __init__(self) -> None:
        self.names: list[str] | None = None
        sys.addaudithook(self._note)  # for good: it can't be taken out again

    def _note(self, event: str, given: tuple[object, ...]) -> None:
        if self.names is not None and event == "open":
            self.names.append(str(given[0]))


_opened = Opened()


@pytest.fixture
def opened() -> Iterator[list[str]]:
    _opened.names = []
    yield _opened.names
    _opened.names = None


# Half of the cases by day, the others at night.
@pytest.mark.parametrize("first", [0, pytest.param(1, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("kind", SOUND)
def test_whatever_was_changed_in_it_it_is_read_or_refused(kind, first, tmp_path, opened):
    taken, refused = [], []
    for case in range(first, _CASES, 2):
        rng, path = random.Random(case), tmp_path / f"{case}.{kind}"
        path.write_bytes(mutated(rng.choice(SOUND[kind]), rng).encode())
        start = time.thread_time()
        try:
            READERS[kind](path)
            taken.append(case)
        except UserError as error:
            refused.append(str(error))
        assert time.thread_time() - start < 4, case  # 0.5 or less, but on a slow machine
    assert taken
    assert refused
    assert all(10 < len(message) < 2100 for message in refused)
    assert not [name for name in opened if name.endswith(("zero", "passwd"))]
