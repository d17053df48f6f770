"""Fits side by side at work: either the present run beside pinned ones, or four remedies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset, DatasetError, load
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit, grid_of
from regplay.core.sweep import Lineup
from regplay.gui.messages import Start
from regplay.gui.runs.palette import pin_color
from regplay.gui.runs.split_title import SplitTitle
from regplay.gui.runs.split_view import MOST, SplitView
from regplay.gui.studies import Inquiry, Study
from regplay.gui.theme import LIGHT, Colors
from regplay.session.pins import Pins, compared
from regplay.session.run import Run

if TYPE_CHECKING:  # torch takes a second to import
    from regplay.core.joint import JointTraining

_KEY = "side by side"


def fits_of(training: "JointTraining", epoch: int | None) -> list[Fit | None]:
    """What each member predicts at an epoch, None for those that have not begun."""
    fits: list[Fit | None] = []
    for member, dataset in enumerate(training.datasets):
        try:
            fits.append(training.fit(grid_of(dataset), member, epoch))
        except LookupError:
            fits.append(None)
    return fits


@dataclass(frozen=True)
class _Place:
    """Who is to be shown; the present run has no colour, but that of the fit."""

    name: str
    experiment: Experiment
    color: int | None = None
    is_pinned: bool = False


@dataclass(frozen=True, eq=False)
class Contestant:
    """One of the runs side by side.

    Attributes
    ----------
    run
        Grows while it trains.
    """

    place: _Place
    run: Run
    dataset: Dataset

    @property
    def name(self) -> str:
        """What it is called."""
        return self.place.name

    @property
    def color(self) -> int | None:
        """Index into the palette of pins; None for the present run, which has that of the fit."""
        return self.place.color


class SideTab(SplitView):
    """Trains the experiments that it shows together, from the same start.

    Attributes
    ----------
    contestants
        The runs, while they are in sight.
    recorded
        Epochs at which there is something to see of them, rising.

    Signals
    -------
    wishesChanged
        Something else is to be trained.
    contestantsChanged
        There are others, or they have trained further.
    startChosen
        (Experiment, Start, int, bool): go on with this run, at this epoch.
    pinChosen
        (Contestant, Fit): keep this run, which predicts this.
    """

    wishesChanged = Signal()
    contestantsChanged = Signal()
    startChosen = Signal(object, object, int, bool)
    pinChosen = Signal(object, object)

    def __init__(self, pins: Pins, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pins = pins
        self._compares = False
        self._palette = LIGHT
        self.contestants: list[Contestant] = []
        self.recorded: Sequence[int] = ()
        self._study: Study | None = None
        self.pinClicked.connect(self._pin)
        self.adoptClicked.connect(self._adopt)

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
        super().setColors(colors)
        if self.contestants:
            self._show_contestants()

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, Inquiry]:
        """What is shown, while it is in sight."""
        lineup = self._lineup(experiment) if self.isVisible() else []
        if lineup != [each.place for each in self.contestants]:
            try:
                self._line_up(lineup)
            except DatasetError:  # the file of a pinned run is gone
                self._line_up([])
        if not self.contestants:
            return {}
        experiments = tuple(each.run.experiment for each in self.contestants)
        return {_KEY: Inquiry(Lineup(experiments), fits_of, epoch, "The comparison")}

    def showStudies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the fits and the losses at an epoch."""
        study = studies.get(_KEY)
        if study is None or study.history is None or not self.contestants:
            return
        self._study, self.recorded = study, study.history.epochs.tolist()
        if isinstance(study.digest, list):
            self.setFits(study.digest)
        losses = [study.history.values(f"{split}_loss", epoch) for split in ("train", "valid")]
        pairs = zip(*losses, strict=True)
        self.setNumbers([(float(train), float(valid)) for train, valid in pairs])
        for member, each in enumerate(self.contestants):
            study.history.read_on(each.run.history, member)
        self.contestantsChanged.emit()

    def _lineup(self, experiment: Experiment) -> list[_Place]:
        pins = [pin for pin in self._pins if not pin.is_hidden][: MOST - 1]
        if not self._compares and pins:
            found = [_Place(pin.name, pin.run.experiment, pin.color, True) for pin in pins]
            return [_Place("now", experiment), *found]
        # One that was pinned keeps its colour, so that those of the others stay the same.
        pinned = {pin.run.experiment: pin.color for pin in self._pins}
        free = iter(self._pins.free_colors)
        return [
            _Place(name, remedy, pinned[remedy], True)
            if remedy in pinned
            else _Place(name, remedy, next(free, 0))
            for name, remedy in compared(experiment).items()
        ]

    def _line_up(self, lineup: list[_Place]) -> None:
        """Take others; with other names and colours alone they stay what they are."""
        runs = [each.run for each in self.contestants]
        if [run.experiment for run in runs] != [place.experiment for place in lineup]:
            runs = [Run(place.experiment) for place in lineup]
            self._study, self.recorded = None, ()
            self.clearPast()
        data = {each.run.experiment.data: each.dataset for each in self.contestants}
        self.contestants = []
        for place, run in zip(lineup, runs, strict=True):
            settings = place.experiment.data
            if settings not in data:
                data[settings] = load(settings)
            self.contestants.append(Contestant(place, run, data[settings]))
        if lineup:
            self._show_contestants()
        self.contestantsChanged.emit()

    def _show_contestants(self) -> None:
        titles = [
            SplitTitle(
                each.name,
                None if each.color is None else pin_color(each.color, self._palette),
                can_pin=each.color is not None and not each.place.is_pinned,
                can_adopt=each.color is not None,
            )
            for each in self.contestants
        ]
        self.setRuns(titles, [each.dataset for each in self.contestants])

    def _pin(self, place: int) -> None:
        fits = None if self._study is None else self._study.digest
        if isinstance(fits, list):
            self.pinChosen.emit(self.contestants[place], fits[place])

    def _adopt(self, place: int) -> None:
        experiment = self.contestants[place].run.experiment
        last = self.contestants[place].run.history.last
        if last is not None:
            self.startChosen.emit(experiment, Start(_KEY, place), last.epoch, False)
