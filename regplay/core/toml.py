"""Experiments as TOML: lossless, and refused with a reason where they are wrong."""

import tomllib
from pathlib import Path

import tomli_w

from regplay.core.experiment import Experiment
from regplay.core.fields import ExperimentError, from_dict, to_dict

_LARGEST_FILE = 1 << 20  # bytes; an experiment takes under two thousand


def dumps(experiment: Experiment) -> str:
    """The experiment as TOML text, every value written out."""
    return tomli_w.dumps(to_dict(experiment))


def loads(text: str) -> Experiment:
    """The experiment in a TOML text.

    Raises
    ------
    ExperimentError
        If the text is no TOML (with line and column), or a value or key is refused.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExperimentError(f"This is not TOML: {error}") from None
    return from_dict(raw)


def load(path: Path) -> Experiment:
    """The experiment in a file.

    Raises
    ------
    ExperimentError
        As `loads`, or if the file can't be read; the message begins with the path.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ExperimentError(f"{path}: larger than 1 MiB, so it is no experiment")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ExperimentError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ExperimentError(f"{path}: not a text file in UTF-8") from None
    try:
        return loads(text)
    except ExperimentError as error:
        raise ExperimentError(f"{path}:\n{error}") from None
