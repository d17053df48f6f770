"""How many points are assigned another class than their own."""

import numpy as np

from regplay.core.datasets import Dataset
from regplay.core.fit import Fit, correct


def wrong_text(dataset: Dataset, fit: Fit | None) -> str:
    """A legend's text, such as "wrong: 3 of 140, 5 of 60": training, then validation."""
    if fit is None:
        return "wrong"
    counts = [
        f"{int(np.count_nonzero(~correct(dataset, predicted, split.y)))} of {len(split.y):,}"
        for predicted, split in ((fit.train, dataset.train), (fit.valid, dataset.valid))
    ]
    return "wrong: " + ", ".join(counts)
