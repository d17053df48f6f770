"""An interpreter that runs exported scripts."""

from collections.abc import Iterator

import pytest
from exported_scripts import Interpreter


@pytest.fixture(scope="session")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interpreter]:
    with Interpreter(tmp_path_factory.mktemp("scripts")) as interpreter:
        yield interpreter
