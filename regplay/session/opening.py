"""What stands on the command line for the window: a link, or a file of one of several kinds."""

from pathlib import Path

from regplay.core.datasets.csv_reader import (
    Problem,
    ReadingStoppedError,
    Source,
    open_sheet,
)
from regplay.core.errors import UserError
from regplay.core.experiment import Experiment
from regplay.session.document import SUFFIX, read
from regplay.session.experiment_text import from_link, is_link, open_experiment
from regplay.session.lessons import is_lesson, load_lesson

TABLES = (".csv", ".tsv", ".txt")


def opening_of(argument: str) -> tuple[Experiment | None, str]:
    """The experiment to begin with, and what is to be opened in the window besides.

    What is there is read once, of a table the beginning, so that what is broken is refused in the
    terminal.

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
    if suffix in TABLES:
        check_table(path)
    elif suffix == SUFFIX:
        read(path)
    else:
        load_lesson(path)
    return None, argument


def check_table(source: Source) -> None:
    """Refuse a file, or a text, that no choice of columns makes a table.

    Only its beginning is read; all else that is wrong is told where the columns are chosen.

    Raises
    ------
    UserError
        Which says why; of a file it begins with the name.
    """
    lead = f"{source}: " if isinstance(source, Path) else ""
    problems: list[Problem] = []
    try:
        open_sheet(source, problems.append).close()
    except ReadingStoppedError:
        raise UserError(f"{lead}{problems[-1].message}") from None
