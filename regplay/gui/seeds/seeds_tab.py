"""Many seeds at work: which networks it trains, and what it shows of them."""

from collections.abc import Mapping, Sequence
from functools import cache, partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from regplay.core import fields
from regplay.core.bias_variance import (
    DOUBLE_DESCENT,
    Decomposition,
    Spread,
    band_of,
    decomposition_axis,
    decompositions_of,
    has_decomposition,
)
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.hyperparameters import is_used
from regplay.core.sweep import Sweep
from regplay.gui.seeds.loss_strip import SeedLosses
from regplay.gui.seeds.seeds_view import SeedsView
from regplay.gui.training.studies import Study, StudyRequest

_BAND, _PARTS = "seeds.band", "seeds.parts"
_TITLE = "A resampled network"


@cache
def _decompositions(seeds: int) -> partial[list[Decomposition | None]]:
    """The same object for the same number, so that requests compare equal."""
    return partial(decompositions_of, seeds=seeds)


class SeedsTab(SeedsView):
    """Trains resampled networks while its `StudyControl` is on; they follow the epoch handle.

    Attributes
    ----------
    recorded
        Epochs at which there is something to see of them, rising.

    Signals
    -------
    wishes_changed
        Something else is to be trained.
    experiment_chosen
        (Experiment): work on this one.
    """

    wishes_changed = Signal()
    experiment_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recorded: Sequence[int] = ()
        self._experiment = Experiment()
        self._dataset: Dataset | None = None
        self._control = self.header.control
        self._control.dropped.connect(self._forget)
        self._control.turned.connect(self._turned)
        self.header.seeds_changed.connect(lambda _: self.wishes_changed.emit())
        self.header.axis_changed.connect(lambda _: self.wishes_changed.emit())
        self.header.double_descent_clicked.connect(self._choose_double_descent)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show a dataset, and no networks yet."""
        self._dataset = dataset
        super().set_dataset(dataset)

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """The resampled networks of this experiment, and those along the axis, while it is on."""
        self._experiment = experiment
        path, seeds = self.axis(), self.seeds()
        has_axis = is_used(experiment, path)
        self.set_current(float(fields.get(experiment, path)) if has_axis else float("nan"))
        found = {
            _BAND: StudyRequest(
                Sweep(experiment, (), seeds, resamples=True), band_of, epoch, _TITLE
            )
        }
        if self._dataset is not None and has_decomposition(self._dataset) and has_axis:
            axis = decomposition_axis(path)
            base = fields.replace(experiment, {path: axis.values[0]})
            sweep = Sweep(base, (axis,), seeds, resamples=True)
            found[_PARTS] = StudyRequest(sweep, _decompositions(seeds), epoch, _TITLE)
        return self._control.wanted(found)

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the band and the parts of the loss, as far as they are trained."""
        self._control.take({key: studies[key] for key in (_BAND, _PARTS) if key in studies})
        band, parts = studies.get(_BAND), studies.get(_PARTS)
        history = None if band is None else band.history
        self.recorded = () if history is None else history.epochs.tolist()
        if band is not None and isinstance(band.digest, Spread):
            self.set_spread(band.digest)
        elif band is not None and history is not None and self.spread.panel is None:
            train, valid = (history.values(f"{split}_loss", epoch) for split in ("train", "valid"))
            self.set_losses(SeedLosses(train, valid))
        if parts is not None and isinstance(parts.digest, list):
            self.set_decompositions(self._positions(), parts.digest)
        self.set_progress(self._control.done, self._control.is_running)
        if epoch is None and not self._control.is_running:  # also back from an earlier epoch
            self.settle()

    def _forget(self, key: str) -> None:
        if key == _BAND:
            self.set_spread(None)
            self.set_losses(None)
        else:
            positions = self._positions()
            self.set_decompositions(positions, [None] * len(positions))

    def _positions(self) -> tuple[float, ...]:
        return tuple(float(value) for value in decomposition_axis(self.axis()).values)

    def start(self) -> None:
        """Train the resampled networks, as by a click on `Start`."""
        self._control.turn(True)

    def _turned(self) -> None:
        self.set_progress(self._control.done, self._control.is_running)
        self.wishes_changed.emit()

    def _choose_double_descent(self) -> None:
        self.set_axis("model.width")
        self._control.turn(True)
        self.experiment_chosen.emit(fields.replace(self._experiment, DOUBLE_DESCENT))
