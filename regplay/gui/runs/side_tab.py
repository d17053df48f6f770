"""Fits side by side at work: either the present run beside pinned ones, or four remedies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset, DatasetError, load
from regplay.core.experiment import Experiment
from regplay.core.fields import get
from regplay.core.fit import Fit, grid_of
from regplay.core.sweep import Lineup
from regplay.gui.messages import Start, View
from regplay.gui.runs.palette import pin_color
from regplay.gui.runs.split_title import SplitTitle
from regplay.gui.runs.split_view import MOST, SplitView
from regplay.gui.studies import Inquiry, Study
from regplay.gui.theme import LIGHT, Colors
from regplay.session.pins import Pin, Pins, compared, value_texts
from regplay.session.run import Run

if TYPE_CHECKING:  # torch takes a second to import
    from regplay.core.joint import JointTraining

_KEY = "side by side"
_STRENGTHS = ("regularization.weight_decay", "regularization.dropout")


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
    """Who is to be shown: the present run, which has the colour of the fit; a pin; or a remedy."""

    name: str
    experiment: Experiment
    color: int | None = None
    pin: Pin | None = None

    @property
    def is_trained(self) -> bool:
        """Whether it is trained here: not the present run, nor one that was pinned on its way."""
        return self.color is not None and (self.pin is None or self.pin.run.is_complete)


@dataclass(frozen=True, eq=False)
class Contestant:
    """One of the runs side by side.

    Attributes
    ----------
    run
        Grows if it is trained here.
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
    """Shows the present run beside pinned ones, or four remedies.

    Remedies, and pinned runs that were trained to their end, are trained together from the same
    start, so that they can be seen at any epoch; others stay as they were pinned.

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
    experimentChosen
        (Experiment): work on this one.
    pinChosen
        (Contestant, Fit): keep this run, which predicts this.
    """

    wishesChanged = Signal()
    contestantsChanged = Signal()
    startChosen = Signal(object, object, int, bool)
    experimentChosen = Signal(object)
    pinChosen = Signal(object, object)

    def __init__(self, pins: Pins, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pins = pins
        self._compares = False
        self._palette = LIGHT
        self.contestants: list[Contestant] = []
        self.recorded: Sequence[int] = ()
        self._view: View | None = None
        self._fits: list[Fit | None] = []
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
        experiments = tuple(each.run.experiment for each in self._trained())
        if not experiments:
            return {}
        return {_KEY: Inquiry(Lineup(experiments), fits_of, epoch, "The comparison")}

    def showStudies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the fits and the losses at an epoch."""
        study = studies.get(_KEY)
        if study is None or study.history is None or not self.contestants:
            return
        self.recorded = study.history.epochs.tolist()
        trained = self._trained()
        for member, each in enumerate(trained):
            study.history.read_on(each.run.history, member)
        fits = study.digest if isinstance(study.digest, list) else [None] * len(trained)
        losses = [study.history.values(f"{split}_loss", epoch) for split in ("train", "valid")]
        for each, fit, train, valid in zip(trained, fits, *losses, strict=True):
            self._show(each, fit, (float(train), float(valid)))
        self.contestantsChanged.emit()

    def showView(self, view: View) -> None:
        """Follow the present run."""
        self._view = view
        for each in self.contestants:
            if each.color is None and each.run.experiment.data == view.run.experiment.data:
                losses = [view.moment.value(f"{split}_loss") for split in ("train", "valid")]
                self._show(each, view.fit, (losses[0], losses[1]))

    def _trained(self) -> list[Contestant]:
        """Those that are trained here, in the order of the members of the study."""
        return [each for each in self.contestants if each.place.is_trained]

    def _show(self, each: Contestant, fit: Fit | None, losses: tuple[float, float]) -> None:
        index = self.contestants.index(each)
        self._fits[index] = fit
        self.setFit(index, fit)
        self.setNumbers(index, losses)

    def _lineup(self, experiment: Experiment) -> list[_Place]:
        pins = [pin for pin in self._pins if not pin.is_hidden][: MOST - 1]
        if not self._compares and pins:
            found = [_Place(_pin_name(pin), pin.run.experiment, pin.color, pin) for pin in pins]
            return [_Place("now", experiment), *found]
        # One that was pinned keeps its colour, so that those of the others stay the same.
        pinned = {pin.run.experiment: pin for pin in self._pins if pin.run.is_complete}
        free = iter(self._pins.free_colors)
        places = []
        for name, remedy in compared(experiment).items():
            pin = pinned.get(remedy)
            color = next(free, 0) if pin is None else pin.color
            used = [path for path in _STRENGTHS if get(remedy, path)]
            strengths = ", ".join(value_texts(remedy, used))
            places.append(_Place(f"{name} {strengths}".strip(), remedy, color, pin))
        return places

    def _line_up(self, lineup: list[_Place]) -> None:
        """Take others; with other names and colours alone they stay what they are."""
        known = {each.run.experiment: each for each in self._trained()}
        trained = [place.experiment for place in lineup if place.is_trained]
        if list(known) != trained:
            known, self.recorded = {}, ()
            self.clearPast()
        data = {each.run.experiment.data: each.dataset for each in self.contestants}
        self.contestants = []
        for place in lineup:
            settings = place.experiment.data
            if settings not in data:
                data[settings] = load(settings)
            if place.pin is not None and not place.is_trained:
                run = place.pin.run
            elif place.is_trained and place.experiment in known:
                run = known[place.experiment].run
            else:
                run = Run(place.experiment)
            self.contestants.append(Contestant(place, run, data[settings]))
        self._fits = [None] * len(lineup)
        if lineup:
            self._show_contestants()
        self.contestantsChanged.emit()

    def _show_contestants(self) -> None:
        titles = [
            SplitTitle(
                each.name,
                None if each.color is None else pin_color(each.color, self._palette),
                can_pin=each.color is not None and each.place.pin is None,
                can_adopt=each.color is not None,
            )
            for each in self.contestants
        ]
        self.setRuns(titles, [each.dataset for each in self.contestants])
        for each in self.contestants:
            pin, last = each.place.pin, each.run.history.last
            if pin is not None and last is not None and not each.place.is_trained:
                self._show(each, pin.fit, (last.value("train_loss"), last.value("valid_loss")))
        if self._view is not None:
            self.showView(self._view)

    def _pin(self, index: int) -> None:
        self.pinChosen.emit(self.contestants[index], self._fits[index])

    def _adopt(self, index: int) -> None:
        each = self.contestants[index]
        experiment, last = each.run.experiment, each.run.history.last
        if not each.place.is_trained:
            self.experimentChosen.emit(experiment)
        elif last is not None:
            start = Start(_KEY, self._trained().index(each))
            self.startChosen.emit(experiment, start, last.epoch, False)


def _pin_name(pin: Pin) -> str:
    """Its name, and when it was pinned if that was on its way."""
    last = pin.run.history.last
    return pin.name if pin.run.is_complete or last is None else f"{pin.name} · epoch {last.epoch:,}"
