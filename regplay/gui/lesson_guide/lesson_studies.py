"""A lesson in the window: what its page wants, and what the reader's networks have shown."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

from PySide6.QtCore import QObject

from regplay.core.bias_variance import Decomposition
from regplay.core.datasets import Dataset, load
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit
from regplay.core.hyperparameters import DECOMPOSED, SWEEPABLE
from regplay.core.sweep import Lineup, Sweep
from regplay.gui.controller import Controller
from regplay.gui.controls import ControlPanel
from regplay.gui.lesson_guide.guide import Guide
from regplay.gui.runs import TrainedTogether, seen_together
from regplay.gui.tabs import Tabs
from regplay.gui.training import Study, StudyRequest, View
from regplay.session.claims import RESAMPLES
from regplay.session.pins import Pin
from regplay.session.session import Run

_PINS, _TERMS = "pins of a page", "claims of a page"
if TYPE_CHECKING:
    from regplay.core.joint import JointTraining

_MOST = 256  # networks of one study


class LessonStudies(QObject):
    """Does in the window what a page asks for, and hands the guide each complete network.

    Besides the runs these are networks that the reader had trained in a map, in a comparison or of
    other draws, and those of a slider's curve that they looked at: it is trained unasked.
    """

    def __init__(
        self,
        controller: Controller,
        controls: ControlPanel,
        tabs: Tabs,
        may_read: Callable[[Sequence[str]], bool],
    ) -> None:
        super().__init__(controller)
        self.guide = guide = Guide(controls, may_read, self)
        self._controls, self._tabs = controls, tabs
        self._controller, self._studies = controller, controller.studies
        self._own: dict[Pin, str] = {}  # those of the page, and how it calls them
        self._waiting: Mapping[str, Experiment] = {}  # by the names that their pins will have
        self._has_started_seeds = False
        self._noted: WeakSet[object] = WeakSet()  # studies that the guide knows
        self._moment: int | None = None  # an epoch that is to be shown once the run has ended
        # Runs that it knows, as they were: one that goes on with more epochs is a new one to it.
        self._noted_runs: WeakKeyDictionary[Run, Experiment] = WeakKeyDictionary()
        self._looked_at: set[object] = set()  # experiments of networks of a curve
        guide.experiment_chosen.connect(controller.begin)
        guide.pins_chosen.connect(self._pin)
        guide.view_chosen.connect(tabs.set_tab)
        guide.curves_chosen.connect(self._show_curves)
        guide.moment_chosen.connect(self._look)
        guide.play_requested.connect(self._play)
        guide.tried.connect(self._start_seeds)
        guide.terms_wanted.connect(self._studies.reconsider)
        controller.look_changed.connect(lambda look: guide.note_moment(look.epoch))
        self._studies.add(self, is_urgent=True)
        self._studies.changed.connect(self._note_studies)

    def show_view(self, view: View) -> None:
        """Take in the run that is shown, once it is complete."""
        run = view.run
        if view.is_preview:
            is_known = run.experiment in self._looked_at
        else:
            is_known = self._noted_runs.get(run) == run.experiment
        if (view.is_preview or view.is_finished) and run.is_complete and not is_known:
            if view.is_preview:
                self._looked_at.add(run.experiment)
            else:
                self._noted_runs[run] = run.experiment
            is_own = view.is_preview or run.experiment == self._controller.session.experiment
            self._note(run, view.dataset, is_own=is_own)
            self.guide.look_for_claims()

    def show_moment(self, view: View) -> None:
        """Go to the epoch that a page is about, once a run of the present experiment has ended."""
        is_present = view.run.experiment == self._controller.session.experiment
        if self._moment is None or view.is_preview or not (view.is_finished and is_present):
            return
        state, self._moment = view.run.checkpoints.at(self._moment), None
        if state is not None:  # the handle and the plots are then at one epoch, which was kept
            self._controller.look(epoch=state.epoch)

    def _look(self, epoch: int | None) -> None:
        self._moment = epoch
        if epoch is None:
            self._controller.look(epoch=None)
        elif self._controller.view is not None:
            self.show_moment(self._controller.view)

    def forget(self) -> None:
        """Another session is opened: what a page has asked for before is not wanted there."""
        self._waiting, self._own = {}, {}
        self._studies.reconsider()

    # as one who has networks trained

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """The runs that are to be pinned, and those that the page claims something about."""
        found = {}
        if self._waiting:
            lineup = Lineup(tuple(self._waiting.values()))
            found[_PINS] = StudyRequest(lineup, seen_together, title="A run of this page")
        terms = self.guide.unknown_terms()
        alone = dict.fromkeys(one for term, one in terms if term.needs != "resamples")
        if alone:
            lineup = Lineup(tuple(alone))
            found[_TERMS] = StudyRequest(lineup, seen_together, title="What this page claims")
        resampled = dict.fromkeys(one for term, one in terms if term.needs == "resamples")
        for index, first in enumerate(resampled):
            sweep = Sweep(first, (), RESAMPLES, resamples=True)
            key = f"{_TERMS} {index}"
            found[key] = StudyRequest(sweep, _parts, title="What this page claims")
        return found

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Pin what is to be pinned, once it is trained, and hand on what is claimed."""
        pins, terms = studies.get(_PINS), studies.get(_TERMS)
        of_terms = (study for key, study in studies.items() if key.startswith(_TERMS))
        self.guide.note_problem(next((it.problem for it in of_terms if it.problem), ""))
        if pins is not None and (pins.problem or _members(pins)):
            waiting, self._waiting = self._waiting, {}
            for name, (experiment, run, fit) in zip(waiting, _members(pins), strict=False):
                dataset = load(experiment.data)
                pin = self._controller.pin_run(run, fit, dataset, name)
                if pin is not None:
                    self._own[pin] = name
                self._note(run, dataset)
            self.guide.look_for_claims()
            self._studies.reconsider()
        if terms is not None and terms not in self._noted and _members(terms):
            self._noted.add(terms)
            for experiment, run, _ in _members(terms):
                self._note(run, load(experiment.data))
            self.guide.look_for_claims()
            self._studies.reconsider()

    def _note(self, run: Run, dataset: Dataset, *, is_own: bool = False) -> None:
        """Hand on a run, which may have been trained for the page, not by the reader."""
        state, best = run.checkpoints.last, run.checkpoints.at(run.history.best_epoch)
        self.guide.note_run(run.experiment, run.history, dataset, state, best, is_own=is_own)

    def _pin(self, pins: Sequence[tuple[str, Experiment]]) -> None:
        """Have these trained and pinned, but for those that are already.

        What another page had pinned goes; what the reader pinned, or gave a name, stays.
        """
        known = {(pin.name, pin.run.experiment): pin for pin in self._controller.pins}
        wanted = {known.get(pair) for pair in pins}
        left = {pin: name for pin, name in self._own.items() if pin not in wanted}
        self._controller.remove_pins([pin for pin, name in left.items() if pin.name == name])
        self._own = {pin: name for pin, name in self._own.items() if pin in wanted}
        self._waiting = {name: it for name, it in pins if (name, it) not in known}
        self._studies.reconsider()

    def _show_curves(self, paths: Sequence[str]) -> None:
        """Not remembered: the reader's own choice is that of the next start."""
        self._controls.set_shown_curves(paths)
        self._studies.reconsider()

    def _play(self) -> None:
        runner = self._controller.runner
        if not runner.is_finished:  # else the page goes on with the run of the one before
            runner.play()
        self._start_seeds()

    def _start_seeds(self) -> None:
        """Where the page is about the Seeds tab, train what that shows, along a field it names."""
        page, seeds = self.guide.page, self._tabs.seeds
        if seeds is None or page is None:
            return
        is_in_sight = self._tabs.tab == "seeds"
        axis = next((path for path in page.highlights if path in DECOMPOSED), None)
        if is_in_sight and axis is not None:
            seeds.combo.setCurrentIndex(DECOMPOSED.index(axis))
        if is_in_sight or self._has_started_seeds:
            seeds.control.turn(is_in_sight)
        self._has_started_seeds = is_in_sight

    def _note_studies(self) -> None:
        if self.guide.position is None:
            return  # nobody asks what they show
        news = [
            study
            for key, study in self._studies.studies.items()
            if key not in (*SWEEPABLE, _PINS, _TERMS)
            and study not in self._noted
            and study.finished
            and not study.problem
        ]
        for study in news:
            self._noted.add(study)
            self._note_members(study)
        if news:
            self.guide.look_for_claims()

    def _note_members(self, study: Study) -> None:
        sweep, histories = study.sweep, study.history
        if isinstance(sweep, Sweep) and sweep.resamples:
            self._note_parts(sweep, study.digest)
            return
        # Neighbours that the verdict chooses among are nobody's own.
        if histories is None or sweep.chooses is not None:
            return
        loaded = cache(load)
        for member, experiment in enumerate(sweep.experiments[:_MOST]):
            history = histories.member(member)
            self.guide.note_run(experiment, history, loaded(experiment.data), None)

    def _note_parts(self, sweep: Sweep, digest: object) -> None:
        """Take in bias² and variance at each position, of as many draws as claims are about."""
        is_earlier = self._studies.epoch is not None  # they are those of another moment
        if is_earlier or not isinstance(digest, list) or sweep.seeds < RESAMPLES:
            return
        experiments = sweep.experiments
        for position, parts in enumerate(digest):
            if parts is not None:
                experiment = experiments[sweep.member(position)]
                self.guide.note_parts(experiment, load(experiment.data), parts)


def _members(study: Study) -> list[tuple[Experiment, Run, Fit | None]]:
    """What came of each experiment; none before all that is seen of them is there.

    Their histories may be complete before: these grow while they are read.
    """
    history, seen = study.history, study.digest
    if history is None or not isinstance(seen, TrainedTogether) or not seen.checkpoints:
        return []
    return [
        (it, Run(it, history.member(k), checkpoints=seen.checkpoints[k]), seen.fits[k])
        for k, it in enumerate(study.sweep.experiments)
    ]


def _parts(training: "JointTraining", epoch: int | None) -> list[Decomposition | None]:
    """Bias² and variance of networks on as many draws as claims are about."""
    return training.decompositions(epoch, seeds=RESAMPLES)
