"""Many seeds at work: which networks it trains, and what it shows of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from regplay.core import fields
from regplay.core.bias_variance import (
    DOUBLE_DESCENT,
    Decomposition,
    Spread,
    decomposition_axis,
    has_decomposition,
)
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.hyperparameters import is_used
from regplay.core.resampled import band_of, decompositions_of
from regplay.core.sweep import Lineup, Sweep
from regplay.gui.seeds.loss_strip import SeedLosses
from regplay.gui.seeds.seeds_view import SeedsView
from regplay.gui.studies import Inquiry, Study

_BAND, _PARTS = "seeds.band", "seeds.parts"
_TITLE = "A resampled network"


@cache
def _decompositions(seeds: int) -> partial[list[Decomposition | None]]:
    """The same object for the same number, so that inquiries compare equal."""
    return partial(decompositions_of, seeds=seeds)


class SeedsTab(SeedsView):
    """Trains resampled networks from `Start` on, again with each other experiment, until `Stop`.

    What is trained stays: it follows the epoch handle, and `Start` goes on with it.

    Attributes
    ----------
    recorded
        Epochs at which there is something to see of them, rising.

    Signals
    -------
    wishesChanged
        Something else is to be trained.
    experimentChosen
        (Experiment): work on this one.
    """

    wishesChanged = Signal()
    experimentChosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recorded: Sequence[int] = ()
        self._is_on = False
        self._experiment = Experiment()
        self._dataset: Dataset | None = None
        self._shown: dict[str, Sweep | Lineup] = {}
        self._studies: list[Study] = []
        self.header.startClicked.connect(self.start)
        self.header.stopClicked.connect(self._stop)
        self.header.seedsChanged.connect(lambda _: self.wishesChanged.emit())
        self.header.axisChanged.connect(lambda _: self.wishesChanged.emit())
        self.header.doubleDescentClicked.connect(self._choose_double_descent)

    def setDataset(self, dataset: Dataset) -> None:
        """Show a dataset, and no networks yet."""
        self._dataset = dataset
        super().setDataset(dataset)

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, Inquiry]:
        """The resampled networks of this experiment, and those along the axis, while it is on."""
        self._experiment = experiment
        path, seeds = self.axis(), self.seeds()
        has_axis = is_used(experiment, path)
        self.setCurrent(float(fields.get(experiment, path)) if has_axis else float("nan"))
        found = {
            _BAND: Inquiry(Sweep(experiment, (), seeds, resamples=True), band_of, epoch, _TITLE)
        }
        if self._dataset is not None and has_decomposition(self._dataset) and has_axis:
            axis = decomposition_axis(path)
            base = fields.replace(experiment, {path: axis.values[0]})
            sweep = Sweep(base, (axis,), seeds, resamples=True)
            found[_PARTS] = Inquiry(sweep, _decompositions(seeds), epoch, _TITLE)
        for key in (_BAND, _PARTS):
            if key in self._shown and (key not in found or self._shown[key] != found[key].sweep):
                self._forget(key)
        if self._is_on:
            return found
        return {key: replace(found[key], is_paused=True) for key in self._shown}

    def showStudies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the band and the parts of the loss, as far as they are trained."""
        band, parts = studies.get(_BAND), studies.get(_PARTS)
        history = None if band is None else band.history
        self.recorded = () if history is None else history.epochs.tolist()
        if band is not None and isinstance(band.digest, Spread):
            self._shown[_BAND] = band.sweep
            self.setSpread(band.digest)
        elif band is not None and history is not None and self.spread.panel is None:
            self._shown[_BAND] = band.sweep
            train, valid = (history.values(f"{split}_loss", epoch) for split in ("train", "valid"))
            self.setLosses(SeedLosses(train, valid))
        if parts is not None and isinstance(parts.digest, list):
            self._shown[_PARTS] = parts.sweep
            self.setDecompositions(self._positions(), parts.digest)
        self._studies = [study for study in (band, parts) if study is not None]
        self._show_progress()
        if epoch is None and not self._is_running:  # also back from an earlier epoch
            self.settle()

    @property
    def _is_running(self) -> bool:
        is_finished = bool(self._studies) and all(study.finished for study in self._studies)
        return self._is_on and not is_finished

    def _show_progress(self) -> None:
        histories = [study.history for study in self._studies if study.history is not None]
        done = sum(history.progress for history in histories) / max(len(self._studies), 1)
        self.setProgress(done, self._is_running)

    def _forget(self, key: str) -> None:
        del self._shown[key]
        if key == _BAND:
            self.setSpread(None)
            self.setLosses(None)
        else:
            positions = self._positions()
            self.setDecompositions(positions, [None] * len(positions))

    def _positions(self) -> tuple[float, ...]:
        return tuple(float(value) for value in decomposition_axis(self.axis()).values)

    def start(self) -> None:
        """Train the resampled networks, as by a click on `Start`."""
        self._turn(True)

    def _stop(self) -> None:
        self._turn(False)

    def _turn(self, is_on: bool) -> None:
        self._is_on = is_on
        self._show_progress()
        self.wishesChanged.emit()

    def _choose_double_descent(self) -> None:
        self.setAxis("model.width")
        self._is_on = True
        self.experimentChosen.emit(fields.replace(self._experiment, DOUBLE_DESCENT))
