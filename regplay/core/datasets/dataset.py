"""What a dataset is: two splits, their units, and what is known of the truth behind them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from regplay.core.errors import UserError
from regplay.core.experiment import DataSettings

Task = Literal["regression", "classification"]
Floats = NDArray[np.float64]


class DatasetError(UserError):
    """A dataset can't be made from these settings; the message says what, where and what to do."""


@dataclass(frozen=True, eq=False)
class Split:
    """Points in the units they were measured in."""

    x: Floats  # [n, d]
    y: NDArray[Any]  # regression: float64 [n]; classification: int64 [n], classes from 0


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and validation points, and what is known about where they come from.

    The network sees `(x − x_mean) / x_scale` and, in regression, `(y − y_mean) / y_scale`; both are
    0 and 1 unless a real table needs standardising, and come from the training points only. Losses
    and noise floors are in the network's units.
    """

    task: Task
    train: Split
    valid: Split
    input_names: tuple[str, ...]
    target_name: str
    class_names: tuple[str, ...] = ()
    x_mean: Floats | None = None  # [d]; None means 0
    x_scale: Floats | None = None  # [d]; None means 1
    y_mean: float = 0.0
    y_scale: float = 1.0
    truth: Callable[[Floats], NDArray[Any]] | None = None  # x [n, d] -> y [n], measured units
    true_weights: Floats | None = None  # [d], where the truth is linear
    noise_floor: float | None = None  # expected training loss of the true function, where known
    valid_noise_floor: float | None = None  # the same for validation; 0 where that is clean

    @property
    def n_inputs(self) -> int:
        """Number of inputs d."""
        return int(self.train.x.shape[1])

    @property
    def n_outputs(self) -> int:
        """Units the network ends in: one for regression, one a class for classification."""
        return len(self.class_names) if self.task == "classification" else 1

    def inputs(self, x: Floats) -> Floats:
        """Measured inputs [n, d] as the network sees them."""
        mean = 0.0 if self.x_mean is None else self.x_mean
        scale = 1.0 if self.x_scale is None else self.x_scale
        return (x - mean) / scale

    def targets(self, y: NDArray[Any]) -> NDArray[Any]:
        """Measured targets [n] as the network sees them; classes stay as they are."""
        return y if self.task == "classification" else (y - self.y_mean) / self.y_scale

    def measured(self, output: Floats) -> Floats:
        """A regression network's outputs in the units of the target."""
        return output * self.y_scale + self.y_mean


@dataclass(frozen=True)
class DatasetSpec:
    """An entry of the registry.

    Attributes
    ----------
    name, title, description
        What a file calls it, what a person reads, and one line about it.
    task
        What its target is; of a person's file, only the dataset that comes out says it.
    make
        The one signature of every dataset: settings in, points out.
    defaults
        Values of `DataSettings` that choosing this dataset sets.
    uses
        The fields of `DataSettings` that it reads, besides `name` and `seed`.
    keeps
        Those of them that hold what a person made: choosing this dataset sets their defaults only
        where they are empty.
    """

    name: str
    title: str
    description: str
    task: Task
    make: Callable[[DataSettings], Dataset]
    uses: frozenset[str]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    keeps: frozenset[str] = frozenset()

    def chosen_after(self, settings: DataSettings) -> dict[str, Any]:
        """The values that choosing this dataset sets where another one was chosen."""
        kept = {name for name in self.keeps if getattr(settings, name)}
        return {name: value for name, value in self.defaults.items() if name not in kept}
