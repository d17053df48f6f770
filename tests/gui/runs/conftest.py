"""Runs that never trained, with histories and fits made by hand."""

from collections.abc import Callable

import numpy as np
import pytest
from keywords import by_path

from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import MEASURES, History, Snapshot
from regplay.gui.controller import Controller
from regplay.gui.training import VirtualClock
from regplay.session.session import Run


@pytest.fixture
def snapshot() -> Callable[..., Snapshot]:
    def make(epoch: int, train: float, valid: float, diverged: bool = False) -> Snapshot:
        values = np.full((len(MEASURES), 1), np.nan)
        values[:2, 0] = train, valid
        return Snapshot(epoch, epoch, values, np.array([-1]), np.array([diverged]))

    return make


@pytest.fixture
def controller(qapp) -> Controller:
    """Of an experiment that is never trained."""
    return Controller(Experiment(), VirtualClock())


@pytest.fixture
def make_run(snapshot) -> Callable[..., Run]:
    def make(train=(0.5, 0.1), valid=(0.6, 0.3), **values: object) -> Run:
        """A record every ten epochs; `__` in the names of values stands for the dot."""
        history = History()
        for place, (a, b) in enumerate(zip(train, valid, strict=True)):
            history.append(snapshot(10 * place, a, b))
        return Run(replace(Experiment(), by_path(values)), history)

    return make
