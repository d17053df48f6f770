"""Opening an experiment file, with changes from the command line on top."""

import os
from collections.abc import Sequence
from pathlib import Path

from regplay.core.experiment import Experiment
from regplay.core.fields import ExperimentError, Value, field, replace
from regplay.core.toml import load


def open_experiment(path: Path, assignments: Sequence[str] = ()) -> Experiment:
    """The experiment in a TOML file, with some values set otherwise.

    A relative `data.file` is meant from the folder of the TOML file; in an assignment, from the
    current one. It is absolute in what is returned.

    Parameters
    ----------
    assignments
        Texts such as `model.depth=3`. All are applied at once, so that `data.name`, which sets
        other values too, doesn't undo any of them; of several for one field the last one counts.

    Raises
    ------
    ExperimentError
        If the file can't be read, or something in it or in an assignment is refused.
    """
    experiment = load(path)
    if experiment.data.file.strip():
        file = _absolute(experiment.data.file, path.parent)
        experiment = replace(experiment, {"data.file": file})
    values: dict[str, Value] = {}
    problems: list[str] = []
    for assignment in assignments:
        try:
            name, value = _parse(assignment)
            values[name] = value
        except ExperimentError as error:
            problems.append(str(error))
    if problems:
        raise ExperimentError("\n".join(problems))
    return replace(experiment, values)


def _parse(assignment: str) -> tuple[str, Value]:
    name, equals, text = assignment.partition("=")
    name = name.strip()
    if not equals:
        raise ExperimentError(f"{assignment}: must be FIELD=VALUE, such as model.depth=3")
    value = field(name).parse(text)
    if name == "data.file" and value:
        value = _absolute(str(value), Path())
    return name, value


def _absolute(file: str, folder: Path) -> str:
    return os.path.abspath(folder / os.path.expanduser(file.strip()))
