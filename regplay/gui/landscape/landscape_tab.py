"""The landscape at work: which networks it trains, and which of them is adopted."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from regplay.core import fields
from regplay.core.datasets import REGISTRY, DatasetError, Task, load
from regplay.core.experiment import Experiment
from regplay.core.hyperparameters import SWEEPABLE, is_used
from regplay.core.sweep import NumberAxis, Sweep
from regplay.gui.landscape.landscape_map import LandscapeMap
from regplay.gui.landscape.landscape_view import LandscapeView
from regplay.gui.training.messages import Start
from regplay.gui.training.studies import Study, StudyRequest

if TYPE_CHECKING:
    from regplay.core.joint import JointHistory


_KEY = "landscape"
_MEASURES = ("train_loss", "valid_loss", "train_accuracy", "valid_accuracy")


class LandscapeTab(LandscapeView):
    """Trains its map while its `StudyControl` is on.

    Signals
    -------
    wishes_changed
        Something else is to be trained.
    start_chosen
        (Experiment, Start): go on with this member.
    """

    wishes_changed = Signal()
    start_chosen = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiment: Experiment | None = None
        self.header.control.dropped.connect(lambda _: self.set_map(None))
        self.header.control.turned.connect(lambda _: self.wishes_changed.emit())
        self.axes_changed.connect(self._axes_changed)
        self.cell_clicked.connect(self._adopt)

    @property
    def _study(self) -> Study | None:
        return self.header.control.studies.get(_KEY)

    @property
    def recorded(self) -> Sequence[int]:
        """Epochs at which there is a map, rising."""
        study = self._study
        return () if study is None or study.history is None else study.history.epochs.tolist()

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """The map around this experiment, while it is on."""
        sweep = self._sweep(experiment)
        if experiment != self._experiment:
            self._experiment = experiment
            self.offer_accuracy(_task(experiment) == "classification")
            usable = [path for path in SWEEPABLE if is_used(experiment, path)]
            self.set_usable(usable)
            x, y = self.axes()
            self.set_current(_number(experiment, x), _number(experiment, y))
        return self.header.control.wanted({_KEY: StudyRequest(sweep, title="The landscape")})

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the map at an epoch; one that was stopped stays as far as it came."""
        self.header.control.take({key: studies[key] for key in (_KEY,) if key in studies})
        study = self._study
        if study is None or study.history is None:
            return
        x, y = self.axes()
        history, shape = study.history, (len(y.values), len(x.values))
        is_finished = history.finished  # before the losses: the thread may be about to end
        counts = _farthest(history)
        newest = {name: np.where(counts, history.values(name), np.nan) for name in _MEASURES}
        self.set_map(
            LandscapeMap(
                x=x,
                y=y,
                measures={name: history.values(name, epoch).reshape(shape) for name in _MEASURES},
                diverged=history.diverged.reshape(shape),
                epoch=epoch,
                progress=history.progress,
                is_finished=is_finished,
                newest={name: values.reshape(shape) for name, values in newest.items()},
                trained_to=int(history.epochs[-1]) if len(history.epochs) else 0,
                planned=study.sweep.experiment.epochs if isinstance(study.sweep, Sweep) else 0,
            )
        )

    def _sweep(self, experiment: Experiment) -> Sweep:
        x, y = self.axes()
        # Wherever the present experiment stands on the map, it is the same map.
        base = fields.replace(experiment, {x.path: x.values[0], y.path: y.values[0]})
        return Sweep(base, (y, x))

    def _axes_changed(self, x: NumberAxis, y: NumberAxis) -> None:
        if self._experiment is not None:
            self.set_current(_number(self._experiment, x), _number(self._experiment, y))
        self.wishes_changed.emit()

    def _adopt(self, column: int, row: int) -> None:
        study = self._study
        if study is None or study.history is None or not isinstance(study.sweep, Sweep):
            return
        member = study.sweep.member(row, column)
        last = study.history.member(member).last
        if last is not None and np.isfinite(last.value("valid_loss")):
            self.start_chosen.emit(study.sweep.experiments[member], Start(_KEY, member))


def _farthest(history: "JointHistory") -> NDArray[np.bool_]:
    """Which members [M] have trained farthest: one shape may be at its end, another at its start.

    The initial losses of those that follow say nothing about the map to be.
    """
    done = history.progress_of
    farthest: NDArray[np.bool_] = done == done.max()
    return farthest


def _task(experiment: Experiment) -> Task | None:
    """What the networks learn; None where the data can't be loaded."""
    if (
        experiment.data.file or experiment.data.name == "points"
    ):  # only the dataset that comes out says it
        try:
            return load(experiment.data).task
        except DatasetError:
            return None
    return REGISTRY[experiment.data.name].task


def _number(experiment: Experiment, axis: NumberAxis) -> float:
    return float(fields.get(experiment, axis.path))
