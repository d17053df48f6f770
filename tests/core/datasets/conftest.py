"""A person's file."""

import itertools
import re

import pytest

from regplay.core.datasets import DatasetError, load
from regplay.core.experiment import DataSettings


@pytest.fixture
def read(tmp_path):
    """Write a file and load it."""
    number = itertools.count()

    def write_and_load(content, **values):
        path = tmp_path / f"points{next(number)}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        settings = {"n_train": 0, "n_valid": 0, **values}
        return load(DataSettings(name="csv", file=str(path), **settings))

    return write_and_load


@pytest.fixture
def refusal(read):
    """The message, after the name of the file."""

    def message(content, **values):
        with pytest.raises(DatasetError) as caught:
            read(content, **values)
        text = str(caught.value)
        assert "\n" not in text
        assert re.match(r".*points\d+\.csv", text), text
        return re.sub(r"^.*points\d+\.csv", "", text)

    return message
