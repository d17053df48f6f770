"""What is typed, pasted, dropped and opened: usual, extreme and refused."""

import random
from pathlib import Path

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.resources import resource
from regplay.session.experiment_text import to_link, to_toml
from tests.samples import LESSON, TABLE

SMALL = replace(Experiment(), {"epochs": 12, "data.n_train": 24, "data.n_valid": 24})
_OTHERS = (
    {},
    {"data.name": "moons", "model.width": 4},
    {"data.name": "spirals", "regularization.dropout": 0.3, "model.depth": 2},
    {"data.name": "penguins", "regularization.early_stopping": 3},
    {"data.name": "points", "optimizer.name": "adam"},
    {"data.name": "step", "optimizer.batch_size": 4, "regularization.weight_decay": 0.01},
)
_USUAL = ("0.1", "1e-3", "2", "5", "12", "0", "30")
_EXTREME = ("-1", "1e308", "1e-320", "inf", "nan", "999999999999", "0.0000001")
_REFUSED = ("", " ", "-", "1e", "1,5", "½", "x", "0x10", "٣", "\u202e\n", "a" * 5000)
_MARKUP = ("<img src=/dev/zero>", "<b>bold</b>", "a & b", "%s {x} \\", "é漢🙂")
_CLASSES = "<img src=/x>,<b>y\n" + "".join(
    f"{i % 7},{'<i>a' if i % 3 else 'b&'}\n" for i in range(24)
)
_LESSON = (
    LESSON.replace("A small", "A <b>small</b>")
    .replace("Some text", "Text with [a link](regplay:?seed=3)")
    .replace("hides", "plays = true\nhides")
    .removesuffix("plays = false\n")
)


def small(rng: random.Random) -> Experiment:
    """An experiment that trains within a moment."""
    return replace(SMALL, rng.choice(_OTHERS) | {"seed": rng.randrange(5)})


def number(rng: random.Random) -> str:
    """What may be typed as a number: half of it usual."""
    return rng.choice(_USUAL if rng.random() < 0.5 else rng.choice((_EXTREME, _REFUSED)))


def text(rng: random.Random) -> str:
    """What may be typed anywhere."""
    return rng.choice((*_USUAL, *_EXTREME, *_REFUSED, *_MARKUP))


def damaged(rng: random.Random, content: str) -> str:
    """The same but for a place: cut off there, or with something else in it."""
    at = rng.randrange(len(content) + 1)
    return (
        content[:at]
        + rng.choice(("", "\0", "\ufeff", '"', "e999", "9" * 400, "[" * 3000))
        + (content[at + 1 :] if rng.random() < 0.6 else "")
    )


def pasted(rng: random.Random) -> str:
    """A text in the clipboard: links, tables, garbage."""
    sound = rng.choice((to_link(small(rng)), TABLE, _CLASSES))
    broken = (
        damaged(rng, sound),
        text(rng),
        f"regplay:?seed={'9' * 100_000}",
        "a,b\n" * 50,
        "\0\n" * 9,
    )
    return sound if rng.random() < 0.5 else rng.choice(broken)


def write_files(folder: Path) -> None:
    """Files to be opened, sound ones and others; sessions come to them by being saved."""
    rng = random.Random(0)
    lesson = next(iter(sorted(Path(resource("lessons")).glob("*.toml")))).read_text()
    board = next(iter(sorted(Path(resource("storyboards")).glob("*.toml")))).read_text()
    sound = {
        "experiment.toml": to_toml(SMALL),
        "table.csv": TABLE,
        "classes <b>.csv": _CLASSES,
        "lesson.toml": _LESSON,
        "long lesson.toml": lesson,
        "storyboard.toml": board,
    }
    for name, content in sound.items():
        (folder / name).write_text(content)
        (folder / f"damaged {name}").write_text(damaged(rng, content))
    (folder / "empty.csv").touch()
    (folder / "bytes.regplay").write_bytes(rng.randbytes(3000))
    (folder / "wide.csv").write_text("\n".join([",".join(map(str, range(300)))] * 6))
    (folder / "folder").mkdir()


def file_name(folder: Path, rng: random.Random) -> str:
    """That of a file to be opened, of which one in ten names none."""
    there = sorted(folder.iterdir())
    sessions = [path for path in there if path.suffix == ".regplay" and path.is_file()]
    if sessions and rng.random() < 0.3:
        return str(damage_session(rng.choice(sessions), rng))
    odd = rng.choice(("/nul\0inside", "/" + "n" * 300, "/gone.toml", "/proc/self/mem"))
    return odd if rng.random() < 0.1 else str(rng.choice(there))


def damage_session(path: Path, rng: random.Random) -> Path:
    """A copy of a session of which a byte is another or the end is missing."""
    content = bytearray(path.read_bytes())
    at = rng.randrange(len(content))
    content[at] ^= 1 << rng.randrange(8)
    other = path.with_name("damaged.regplay")
    other.write_bytes(content if rng.random() < 0.5 else content[:at])
    return other
