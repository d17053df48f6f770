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
from regplay.core.history import Checkpoints, Snapshot
from regplay.core.sweep import Lineup
from regplay.gui.runs.run_rows import pin_color
from regplay.gui.runs.split_view import MOST, SplitTitle, SplitView
from regplay.gui.training import Start, Study, StudyRequest, View
from regplay.session.pins import DECAY, DROPOUT, Pin, Pins, compared, value_texts
from regplay.session.session import Run

if TYPE_CHECKING:
    from regplay.core.joint import JointTraining


_KEY = "side by side"
_STRENGTHS = ("regularization.weight_decay", "regularization.dropout")


@dataclass(frozen=True, eq=False)
class Together:
    """What is known of networks that are trained together.

    Attributes
    ----------
    fits
        At the epoch asked for; None for those that have not begun.
    checkpoints
        The states of each once all are trained; empty before, and for an earlier epoch.
    """

    fits: Sequence[Fit | None]
    checkpoints: Sequence[Checkpoints]


def seen_together(training: "JointTraining", epoch: int | None) -> Together:
    """What each member predicts at an epoch."""
    fits: list[Fit | None] = []
    for member, dataset in enumerate(training.datasets):
        try:
            fits.append(training.fit(grid_of(dataset), member, epoch))
        except LookupError:
            fits.append(None)
    is_final = training.finished and epoch is None
    members = range(len(fits)) if is_final else ()
    return Together(fits, [training.checkpoints(member) for member in members])


@dataclass(frozen=True)
class _Place:
    """Who is to be shown; the present run has no colour, but that of the fit."""

    name: str
    experiment: Experiment
    color: int | None = None
    pin: Pin | None = None
    is_trained: bool = False  # here, with the others


@dataclass(frozen=True, eq=False)
class ComparedRun:
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
    """Shows the present run beside pinned ones, or trains four remedies from the same start.

    Attributes
    ----------
    compared_runs
        The runs, while they are in sight.
    recorded
        Epochs at which there is something to see of them, rising.

    Signals
    -------
    wishes_changed
        Something else is to be trained.
    beside_changed
        (list[Run]): the fits of these are wanted with each view.
    compared_runs_changed
        There are others, or they have trained further.
    start_chosen
        (Experiment, Start): go on with this run.
    pin_chosen
        (ComparedRun, Fit): keep this run, which predicts this.
    """

    wishes_changed = Signal()
    beside_changed = Signal(object)
    compared_runs_changed = Signal()
    start_chosen = Signal(object, object)
    pin_chosen = Signal(object, object)

    def __init__(self, pins: Pins, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pins = pins
        self._compares = False
        self.compared_runs: list[ComparedRun] = []
        self.recorded: Sequence[int] = ()
        self._view: View | None = None
        self._decay, self._dropout = DECAY, DROPOUT
        self._fits: list[Fit | None] = []
        self.pin_clicked.connect(self._pin)
        self.adopt_clicked.connect(self._adopt)

    def compare(self) -> None:
        """Show none, weight decay, dropout and both, whatever is pinned."""
        self._compares = True
        self.wishes_changed.emit()

    def show_pins(self) -> None:
        """Show the present run beside those that are pinned; without any, compare."""
        self._compares = False
        self.wishes_changed.emit()

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """What is to be trained to be shown, while it is in sight."""
        lineup = self._lineup(experiment) if self.isVisible() else []
        if lineup != [each.place for each in self.compared_runs]:
            try:
                self._line_up(lineup)
            except DatasetError:  # the file of a pinned run is gone
                self._line_up([])
        experiments = tuple(place.experiment for place in lineup if place.is_trained)
        if not (experiments and self.compared_runs):
            return {}
        return {_KEY: StudyRequest(Lineup(experiments), seen_together, epoch, "The comparison")}

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the fits and the losses of those that are trained here, at an epoch."""
        study = studies.get(_KEY)
        if study is None or study.history is None or not self.compared_runs:
            return
        self.recorded = study.history.epochs.tolist()
        together = study.digest if isinstance(study.digest, Together) else Together((), ())
        losses = [study.history.values(f"{split}_loss", epoch) for split in ("train", "valid")]
        for member, each in enumerate(self.compared_runs):
            study.history.read_on(each.run.history, member)
            if together.checkpoints:
                each.run.checkpoints = together.checkpoints[member]
            fit = together.fits[member] if together.fits else None
            self._show(member, fit, (float(losses[0][member]), float(losses[1][member])))
            self.set_ready(member, bool(each.run.checkpoints))
        self.compared_runs_changed.emit()

    def show_view(self, view: View) -> None:
        """Follow the present run, and show the others at the same moment."""
        self._view = view
        beside = dict(zip(view.look.beside, view.beside, strict=False))
        for index, each in enumerate(self.compared_runs):
            pin = each.place.pin
            if each.place.is_trained:
                continue
            if pin is not None:
                fit = beside.get(pin.run) or pin.fit
                moment = None if fit is None else pin.run.history.until(fit.epoch).last
                self._show(index, fit, _losses(moment or pin.run.history.last))
            elif each.place.experiment.data == view.run.experiment.data:  # no sweep over the data
                self._show(index, view.fit, _losses(view.moment))

    def _show(self, index: int, fit: Fit | None, losses: tuple[float, float] | None) -> None:
        self._fits[index] = fit
        self.set_fit(index, fit)
        self.set_numbers(index, losses)

    def _lineup(self, experiment: Experiment) -> list[_Place]:
        pins = [pin for pin in self._pins if not pin.is_hidden][: MOST - 1]
        if not self._compares and pins:
            found = [_Place(pin.name, pin.run.experiment, pin.color, pin) for pin in pins]
            return [_Place("now", experiment), *found]
        # One that was pinned keeps its colour, so that those of the others stay the same.
        pinned = {pin.run.experiment: pin for pin in self._pins if pin.run.is_complete}
        free = iter(self._pins.free_colors)
        places = []
        # Who adopts one of them has not given the others up: their strengths stay.
        present = experiment.regularization
        self._decay = present.weight_decay or self._decay
        self._dropout = present.dropout or self._dropout
        for name, remedy in compared(experiment, self._decay, self._dropout).items():
            pin = pinned.get(remedy)
            color = next(free, 0) if pin is None else pin.color
            used = [path for path in _STRENGTHS if get(remedy, path)]
            name = f"{name} {', '.join(value_texts(remedy, used))}".strip()
            places.append(_Place(name, remedy, color, pin, is_trained=True))
        return places

    def _line_up(self, lineup: list[_Place]) -> None:
        """Take others; with other names and colours alone they stay what they are."""
        before = {
            each.place.experiment: each for each in self.compared_runs if each.place.is_trained
        }
        if list(before) != [place.experiment for place in lineup if place.is_trained]:
            before = {}
            self.clear_past()
        data = {each.place.experiment.data: each.dataset for each in self.compared_runs}
        self.compared_runs = []
        for place in lineup:
            settings = place.experiment.data
            if settings not in data:
                data[settings] = load(settings)
            if place.is_trained:
                known = before.get(place.experiment)
                run = Run(place.experiment) if known is None else known.run
            else:
                run = Run(place.experiment) if place.pin is None else place.pin.run
            self.compared_runs.append(ComparedRun(place, run, data[settings]))
        self._fits = [None] * len(lineup)
        beside = [place.pin.run for place in lineup if place.pin and not place.is_trained]
        self.recorded = sorted({int(epoch) for run in beside for epoch in run.checkpoints.epochs})
        if lineup:
            self._show_compared_runs()
        self.beside_changed.emit(beside)
        self.compared_runs_changed.emit()

    def _show_compared_runs(self) -> None:
        titles = [
            SplitTitle(
                each.name,
                None if each.color is None else pin_color(each.color),
                can_pin=each.place.is_trained and each.place.pin is None,
                can_adopt=each.color is not None,
            )
            for each in self.compared_runs
        ]
        self.set_runs(titles, [each.dataset for each in self.compared_runs])
        for index, each in enumerate(self.compared_runs):
            self.set_ready(index, not each.place.is_trained or bool(each.run.checkpoints))
        if self._view is not None:
            self.show_view(self._view)

    def _pin(self, index: int) -> None:
        self.pin_chosen.emit(self.compared_runs[index], self._fits[index])

    def _adopt(self, index: int) -> None:
        each = self.compared_runs[index]
        start = Start(_KEY, index) if each.place.is_trained else Start(run=each.run)
        self.start_chosen.emit(each.run.experiment, start)


def _losses(moment: Snapshot | None) -> tuple[float, float] | None:
    if moment is None:
        return None
    return moment.value("train_loss"), moment.value("valid_loss")
