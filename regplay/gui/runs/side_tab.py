"""Fits side by side at work: either the present run beside pinned ones, or four remedies."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset, DatasetError, load
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit, grid_of
from regplay.core.sweep import Lineup
from regplay.gui.runs.palette import pin_color
from regplay.gui.runs.split_title import SplitTitle
from regplay.gui.runs.split_view import SplitView
from regplay.gui.studies import Inquiry, Study
from regplay.gui.theme import LIGHT, Colors
from regplay.session.pins import Pins, compared

if TYPE_CHECKING:  # torch takes a second to import
    from regplay.core.joint import JointTraining

_KEY = "side by side"
_MOST = 4


def fits_of(training: "JointTraining", epoch: int | None) -> list[Fit | None]:
    """What each member predicts at an epoch, None for those that have not begun."""
    fits: list[Fit | None] = []
    for member, dataset in enumerate(training.datasets):
        try:
            fits.append(training.fit(grid_of(dataset), member, epoch))
        except LookupError:
            fits.append(None)
    return fits


class SideTab(SplitView):
    """Trains the experiments that it shows together, from the same start.

    Signals
    -------
    wishesChanged
        Something else is to be trained.
    """

    wishesChanged = Signal()

    def __init__(self, pins: Pins, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pins = pins
        self._compares = False
        self._palette = LIGHT
        self._experiments: tuple[Experiment, ...] = ()

    def compare(self) -> None:
        """Show none, weight decay, dropout and both, whatever is pinned."""
        self._compares = True
        self.wishesChanged.emit()

    def showPins(self) -> None:
        """Show the present run beside those that are pinned; without any, compare."""
        self._compares = False
        self.wishesChanged.emit()

    def setColors(self, colors: Colors) -> None:
        """Restyle."""
        self._palette = colors
        self._experiments = ()  # so that the titles take their colours
        super().setColors(colors)

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, Inquiry]:
        """What is shown, while it is in sight."""
        if not self.isVisible():
            return {}
        titles, experiments = self._lineup(experiment)
        if experiments != self._experiments:
            try:
                datasets: list[Dataset] = [load(each.data) for each in experiments]
            except DatasetError:  # the file of a pinned run is gone
                return {}
            self._experiments = experiments
            self.setRuns(titles, datasets)
            self.clearPast()
        return {_KEY: Inquiry(Lineup(experiments), fits_of, epoch)}

    def showStudies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the fits and the losses at an epoch."""
        study = studies.get(_KEY)
        if study is None or study.history is None or study.sweep.experiments != self._experiments:
            return
        if isinstance(study.digest, list):
            self.setFits(study.digest)
        losses = [study.history.values(f"{split}_loss", epoch) for split in ("train", "valid")]
        pairs = zip(*losses, strict=True)
        self.setNumbers([(float(train), float(valid)) for train, valid in pairs])

    def _lineup(self, experiment: Experiment) -> tuple[list[SplitTitle], tuple[Experiment, ...]]:
        pins = [pin for pin in self._pins if not pin.is_hidden][: _MOST - 1]
        if self._compares or not pins:
            remedies = compared(experiment)
            return [SplitTitle(name) for name in remedies], tuple(remedies.values())
        titles = [SplitTitle("now")]
        titles += [SplitTitle(pin.name, pin_color(pin.color, self._palette)) for pin in pins]
        return titles, (experiment, *(pin.run.experiment for pin in pins))
