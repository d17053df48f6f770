"""What stands on the command line for the window: a link, or a file of one of several kinds."""

import tomllib
from pathlib import Path

from regplay.core.errors import UserError
from regplay.core.experiment import Experiment
from regplay.session.document_file import SUFFIX, read
from regplay.session.experiment_file import open_experiment
from regplay.session.lessons import load_lesson
from regplay.session.link import from_link, is_link

TABLES = (".csv", ".tsv", ".txt")
_LONGEST_LESSON = 4 << 20  # bytes


def opening_of(argument: str) -> tuple[Experiment | None, str]:
    """The experiment to begin with, and what is to be opened in the window besides.

    Sessions and lessons are read once, so that a broken one is refused in the terminal.

    Raises
    ------
    UserError
        If it can't be opened; the message says why.
    """
    if not argument:
        return None, ""
    if is_link(argument):
        return from_link(argument), ""
    path = Path(argument)
    suffix = path.suffix.lower()
    if suffix not in (*TABLES, SUFFIX) and not is_lesson(path):
        return open_experiment(path), ""
    if suffix in TABLES and not path.is_file():
        raise UserError(f"{path}: there is no such file")
    if suffix == SUFFIX:
        read(path)
    elif suffix not in TABLES:
        load_lesson(path)
    return None, argument


def is_lesson(path: Path) -> bool:
    """Whether a TOML file holds a lesson: it has pages."""
    try:
        if path.suffix.lower() != ".toml" or path.stat().st_size > _LONGEST_LESSON:
            return False
        return "pages" in tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False  # who opens it as an experiment says what is wrong
