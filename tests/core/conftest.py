"""What tests of training share."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from regplay.core.engine import Engine


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Sums in the same order on every machine."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


# Where another library is to be tested, such as one that checks itself, torch's engine is not.
_ENGINES = ["native"] if os.environ.get("REGPLAY_NATIVE_LIBRARY") else ["native", "torch"]


@pytest.hookimpl(tryfirst=True)  # before the marks choose
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of each grid that both engines go through, torch's goes through a quarter by day."""
    seen: Counter[str] = Counter()
    for item in items:
        cell = getattr(item, "callspec", None)
        if cell is not None and cell.params.get("engine") == "torch":
            grid = item.nodeid.partition("[")[0]
            if seen[grid] % 4:
                item.add_marker(pytest.mark.nightly)
            seen[grid] += 1


@pytest.fixture(params=_ENGINES)
def engine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, one_thread: None
) -> "Engine":
    """Each engine in turn: what every population of the test computes with."""
    from engines import ENGINES, use

    made: Engine = ENGINES[request.param]()
    use(monkeypatch, made)
    return made
