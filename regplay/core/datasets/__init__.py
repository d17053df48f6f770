"""The registry of datasets: one name, one signature each."""

from collections.abc import Mapping

from regplay.core.datasets.dataset import Dataset, DatasetError, DatasetSpec, Split, Task
from regplay.core.datasets.regression import SPECS as _REGRESSION
from regplay.core.experiment import DataSettings

__all__ = ["REGISTRY", "Dataset", "DatasetError", "DatasetSpec", "Split", "Task", "load"]

REGISTRY: Mapping[str, DatasetSpec] = {spec.name: spec for spec in _REGRESSION}


def load(settings: DataSettings) -> Dataset:
    """The points that `settings` describe; the same settings give the same points.

    Raises
    ------
    DatasetError
        If they can't be made: a file that can't be read, or more points than there are.
    """
    return REGISTRY[settings.name].make(settings)
