"""Small datasets, fits and histories made by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from regplay.core.datasets import Dataset, Split
from regplay.core.fit import Fit, grid_of
from regplay.core.history import MEASURES, History, Snapshot


def _x(n: int, d: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1, 1, (n, d))


def _regression(d: int) -> Dataset:
    weights = np.linspace(-1, 1, d)

    def truth(x: np.ndarray) -> np.ndarray:
        return x @ weights + 2

    train, valid = _x(12, d, 0), _x(9, d, 1)
    return Dataset(
        task="regression",
        train=Split(train, truth(train) + 0.1),
        valid=Split(valid, truth(valid) - 0.1),
        input_names=tuple(f"input {i}" for i in range(d)),
        target_name="force (N)",
        truth=truth,
        true_weights=weights if d > 2 else None,
        noise_floor=0.04,
        valid_noise_floor=0.04,
    )


def _classification(d: int, classes: int) -> Dataset:
    train, valid = _x(20, d, 2), _x(15, d, 3)
    return Dataset(
        task="classification",
        train=Split(train, np.arange(20) % classes),
        valid=Split(valid, np.arange(15) % classes),
        input_names=tuple(f"input {i}" for i in range(d)),
        target_name="kind",
        class_names=tuple(f"kind {k}" for k in range(classes)),
    )


DATASETS: dict[str, Callable[[], Dataset]] = {
    "curve": lambda: _regression(1),
    "values": lambda: _regression(2),
    "many": lambda: _regression(5),
    "class curves": lambda: _classification(1, 3),
    "two classes": lambda: _classification(2, 2),
    "four classes": lambda: _classification(2, 4),
    "confusion": lambda: _classification(6, 10),
}


@pytest.fixture
def make_dataset() -> Callable[[str], Dataset]:
    return lambda kind: DATASETS[kind]()


@pytest.fixture(params=DATASETS)
def dataset(request: pytest.FixtureRequest) -> Dataset:
    return DATASETS[request.param]()


@pytest.fixture
def make_fit() -> Callable[..., Fit]:
    def make(dataset: Dataset, epoch: int = 0, value: float | None = None) -> Fit:
        """Random predictions, or `value` everywhere."""
        rng = np.random.default_rng(epoch)

        def predict(n: int) -> np.ndarray:
            if dataset.task == "regression":
                y = rng.normal(size=n)
            else:
                y = rng.dirichlet(np.ones(len(dataset.class_names)), n)
            return y if value is None else np.full_like(y, value)

        grid = grid_of(dataset)
        linear = dataset.true_weights is not None
        return Fit(
            epoch=epoch,
            step=epoch,
            train=predict(len(dataset.train.y)),
            valid=predict(len(dataset.valid.y)),
            grid=None if grid is None else predict(len(grid.x)),
            weights=dataset.true_weights * 0.5 + epoch if linear else None,
        )

    return make


@pytest.fixture
def make_snapshot() -> Callable[..., Snapshot]:
    def make(epoch: int, **values: float) -> Snapshot:
        column = [[values.get(measure, np.nan)] for measure in MEASURES]
        return Snapshot(epoch, epoch, np.array(column), np.array([-1]), np.array([False]))

    return make


@pytest.fixture
def make_history(make_snapshot: Callable[..., Snapshot]) -> Callable[..., History]:
    def make(train: list[float], valid: list[float], every: int = 1, **rest: float) -> History:
        """A record every so many epochs."""
        history = History()
        for index, (a, b) in enumerate(zip(train, valid, strict=True)):
            history.append(make_snapshot(index * every, train_loss=a, valid_loss=b, **rest))
        return history

    return make
