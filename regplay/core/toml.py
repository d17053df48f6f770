"""Experiments as TOML: lossless, and refused with a reason where they are wrong."""

from pathlib import Path

import tomli_w

from regplay.core.experiment import Experiment
from regplay.core.fields import ExperimentError, from_dict, to_dict
from regplay.core.toml_text import TooMuchError, parse

_LARGEST_FILE = 4 << 20  # bytes; under two thousand, but for a person's own points


def dumps(experiment: Experiment) -> str:
    """The experiment as TOML text, every value written out.

    Texts of several lines, such as points, are written as such.
    """
    plain = to_dict(experiment)
    # In a text of several lines the writer makes \r\n a mere \n, which would not be lossless.
    texts = (
        value for values in plain.values() if isinstance(values, dict) for value in values.values()
    )
    has_returns = any(isinstance(text, str) and "\r\n" in text for text in texts)
    return tomli_w.dumps(plain, multiline_strings=not has_returns)


def loads(text: str) -> Experiment:
    """The experiment in a TOML text.

    Raises
    ------
    ExperimentError
        If the text is no TOML (with line and column), or a value or key is refused.
    """
    try:
        raw = parse(text)
    except TooMuchError as error:
        raise ExperimentError(f"This is no experiment: {error}") from None
    except ValueError as error:  # such as a number of thousands of digits
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
            raise ExperimentError(
                f"{path}: larger than {_LARGEST_FILE >> 20} MiB, so it is no experiment"
            )
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ExperimentError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ExperimentError(f"{path}: not a text file in UTF-8") from None
    try:
        return loads(text)
    except ExperimentError as error:
        raise ExperimentError(f"{path}:\n{error}") from None
