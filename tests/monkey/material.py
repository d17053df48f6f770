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


def damaged(rng: random.Random, content: bytes) -> bytes:
    """The same but for a place: cut off there, or with something else in it."""
    at = rng.randrange(len(content) + 1)
    pieces = (b"", b"\0", b"\xef\xbb\xbf", b'"', b"e999", b"9" * 400, b"[" * 3000, rng.randbytes(1))
    return content[:at] + rng.choice(pieces) + content[at + 1 :] * (rng.random() < 0.6)


def pasted(rng: random.Random) -> str:
    """A text in the clipboard: links, tables, garbage."""
    sound = rng.choice((to_link(small(rng)), TABLE, _CLASSES))
    broken = (
        damaged(rng, sound.encode()).decode(errors="replace"),
        text(rng),
        f"regplay:?seed={'9' * 100_000}",
        "a,b\n" * 50,
        "\0\n" * 9,
    )
    return sound if rng.random() < 0.5 else rng.choice(broken)


def write_files(folder: Path) -> None:
    """Files to be opened; sessions come to them by being saved."""
    contents = {
        "experiment.toml": to_toml(SMALL),
        "table.csv": TABLE,
        "classes <b>.csv": _CLASSES,
        "lesson.toml": _LESSON,
        "empty.csv": "",
        "wide.csv": "\n".join([",".join(map(str, range(300)))] * 6),
    }
    for kind in ("lessons", "storyboards"):
        shipped = next(iter(sorted(Path(resource(kind)).glob("*.toml"))))
        contents[f"{kind}.toml"] = shipped.read_text()
    for name, content in contents.items():
        (folder / name).write_text(content)
    (folder / "bytes.regplay").write_bytes(random.Random(0).randbytes(3000))
    (folder / "folder").mkdir()


def file_name(folder: Path, rng: random.Random) -> str:
    """That of a file to be opened: one in ten names none, and a third are damaged anew."""
    if rng.random() < 0.1:
        return rng.choice(("/nul\0inside", "/" + "n" * 300, "/gone.toml", "/proc/self/mem"))
    path = rng.choice(sorted(folder.iterdir()))
    if path.is_file() and rng.random() < 0.3:
        content = damaged(rng, path.read_bytes())
        path = path.with_stem("damaged")
        path.write_bytes(content)
    return str(path)
