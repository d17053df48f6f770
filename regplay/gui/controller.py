"""What is worked on, and the one place that changes it. No widget is known here.

The way of a value, such as weight decay while its slider is dragged, from the mouse to the pixels:

1. `controls/slider.py`: the slider hands on the value under the mouse.
2. `controls/control.py`: its control checks the value, shows it, and asks for it.
3. `controller.py`: `set_value` makes a whole new `Experiment`, notes it for undo, loads data that
   are others, and tells who shows it.
4. `training/runner.py`: `submit` gives it the next generation number.
5. `training/worker.py`: the thread trains it, lets `viewer.py` put a `View` together, and leaves
   that in a mailbox that holds one. At the next frame it is taken from there and handed out: to
   the controller first, then to each part of the window by its one entry, `show_view`.
6. `plots/fit_view.py`: one of these parts; it hands the fit to the panel for the dataset.
7. `plots/curve.py`: the panel gives its points to a line.
8. `plots/canvas.py`: the line keeps them until Qt asks the canvas for a frame, and it is painted.

These are eight stops in as many files, where something is done to the value. Between them signals
carry it, which the panel and the window connect; the thread asks `viewer.py` for what a view holds,
and this controller notes each view before the parts show it.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace as replaced
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from regplay.core.datasets import REGISTRY, Dataset, DatasetError, load, seen_by, why_unseen
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import FIELDS, differences, replace, with_defaults
from regplay.core.fit import Fit, Grid, grid_of
from regplay.core.history import Snapshot
from regplay.gui.beside import done_beside
from regplay.gui.training import Clock, Look, Replay, Runner, Start, View
from regplay.session.drawing import is_edit
from regplay.session.pins import Pin, Pins, PinsFullError
from regplay.session.session import (
    MOST_ANNOTATIONS,
    Annotation,
    Change,
    Run,
    Scene,
    Session,
    UndoStack,
    UndoStep,
)

_STOPPED = "This run has stopped by itself: change a setting, or reset it to train again."
_SOLVED = "A polynomial is solved exactly: there is nothing to train. Change its degree."
_DRAWN_FULL = f"There is room for {MOST_ANNOTATIONS} lines, arrows and texts: erase some first."
_SIZES = ("data.n_train", "data.n_valid")  # numbers of points, of which there may be too few
_READING_INTERVAL = 0.1  # s; words that change faster can't be read, and cost more than curves


class Controller(QObject):
    """Decides what a command does to the experiment, to undo, to the training and to what is shown.

    Whoever shows something connects to the signals; whoever is clicked calls a command. What is
    shown of a run comes from `runner.viewed`, of which this controller is told first.

    Attributes
    ----------
    session
        The present experiment; it is changed here alone.
    runner, studies
        Train the run, and what is trained beside it. The pace changes no experiment: a step, an
        epoch, a pause or the speed are asked of the runner itself.
    replay
        Shows the run once more.
    pins
        The pinned runs.
    dataset, grid
        Of the present experiment, and where its fit is drawn; None while there are no data.
    view
        The newest; None before the first.
    annotations
        What is drawn on the plots.
    scenes
        What was in sight when it was kept, by the number of its key.

    Signals
    -------
    experiment_changed
        (Experiment, Dataset | None): what is worked on, and its data if there are any. They follow
        `data_changed`, where points are drawn anew.
    refused
        (str, str): the field path of a number that was not taken, and why.
    data_changed
        (Dataset | None, bool): draw these points, or none; whether they are those that are drawn
        already but for an edit by a person.
    untrained
        (Experiment, Dataset | None, str): nothing is known of it yet; why it has no data.
    look_changed
        (Look): what is asked to be shown, such as an earlier moment.
    reading_changed
        (View): as `runner.viewed`, but no more often than words and numbers can be read; what
        rests is always told.
    pins_changed
        Other runs are pinned, or the same in another order, named or hidden otherwise.
    annotations_changed
        Something else is drawn on the plots.
    scenes_changed
        Other scenes are kept.
    comparison_wanted
        Show remedies side by side.
    message
        (str): what went wrong, where, and what to do; empty once that is over.
    waits
        (bool): a change begins to wait for data that take long to make; no more.
    """

    experiment_changed = Signal(object, object)
    refused = Signal(str, str)
    data_changed = Signal(object, bool)
    untrained = Signal(object, object, str)
    look_changed = Signal(object)
    reading_changed = Signal(object)
    pins_changed = Signal()
    annotations_changed = Signal()
    scenes_changed = Signal()
    comparison_wanted = Signal()
    message = Signal(str)
    waits = Signal(bool)

    def __init__(self, experiment: Experiment, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = Session(experiment)
        self.runner = Runner(clock, self)
        self.studies = self.runner.studies
        self.replay = Replay(self.runner, clock, lambda epoch: self.look(epoch=epoch), self)
        self.pins = Pins()
        self.dataset: Dataset | None = None
        self.grid: Grid | None = None
        self.view: View | None = None
        self.annotations: tuple[Annotation, ...] = ()
        self.scenes: Mapping[int, Scene] = {}
        self._clock = clock
        self._past = UndoStack()
        self._look = Look()
        self._settings: DataSettings | None = None  # of the dataset
        self._read: tuple[DataSettings, Dataset] | None = None  # what a change was tried with
        self._drawn: Dataset | None = None  # another one while a sweep over data is dragged
        self._is_ahead = False  # whether no view of what is drawn was there yet
        self._is_editing = False
        self._read_at = -1.0
        self._unread = ""  # why there are no data
        # The first to be connected: views are told once it is known which points are drawn.
        self.runner.viewed.connect(self._take_view)
        self.replay.playing_changed.connect(self._read_again)
        self.runner.failed.connect(self.message)
        self.runner.noticed.connect(self.message)
        self.studies.failed.connect(self.message)
        self.pins_changed.connect(self.studies.reconsider)

    @property
    def run(self) -> Run | None:
        """The run that is shown, or a member of a study in its place."""
        return None if self.view is None else self.view.run

    @property
    def problem(self) -> str:
        """Why there is nothing to show of the experiment; empty where there is, or is to come."""
        return self._unread or self.runner.problem

    # Commands that change the experiment

    def change(self, experiment: Experiment, goes_on: bool | None = None) -> None:
        """Work on another experiment; what has to be trained anew follows from what differs.

        Parameters
        ----------
        goes_on
            Whether it is one step back together with the last change; None where that is not known.
        """
        self._make_data(experiment)
        if why := self._refusal(experiment):
            self.experiment_changed.emit(self.session.experiment, self.dataset)
            self.refused.emit(*why)
            return
        self._note(experiment, goes_on)
        self._apply(self.session.change(experiment, epoch=self.runner.epoch))

    def _refusal(self, experiment: Experiment) -> tuple[str, str] | None:
        """Which number of points would leave no data where there are some, and why."""
        paths = differences(self.session.experiment, experiment)
        if self.dataset is None or len(paths) != 1 or paths[0] not in _SIZES:
            return None
        try:
            self._loaded(experiment.data)
        except DatasetError as error:
            why = str(error)
            if any(size in why for size in _SIZES):
                for size in _SIZES:
                    why = why.replace(size, FIELDS[size].label)
                return paths[0], f"{why.removeprefix(f'{FIELDS[paths[0]].label} = ')}."
        return None

    def set_value(self, path: str, value: object) -> None:
        """Change the value of a field path."""
        self.set_values({path: value})

    def set_values(self, values: Mapping[str, object]) -> None:
        """Change some values, by field path."""
        self.change(replace(self.session.experiment, values))

    def restore_defaults(self, paths: Iterable[str] = FIELDS) -> None:
        """Take the defaults at these field paths, but for what is learned."""
        self.change(with_defaults(self.session.experiment, paths))

    def new_seed(self) -> None:
        """Take other initial weights, batches and dropout."""
        self.set_values({"seed": (self.session.experiment.seed + 1) % 2**31})

    def open(self, experiment: Experiment) -> None:
        """Work on an experiment that comes from elsewhere, with all the epochs that it has."""
        self._make_data(experiment)
        self._note(experiment, goes_on=False)
        self._apply(self.session.restore(experiment, epoch=self.runner.epoch))

    def begin(self, experiment: Experiment) -> None:
        """Work on another experiment from its initial weights, even where weights are kept."""
        run = self.run
        was_changed = run is not None and bool(run.changed_at)
        if experiment != self.session.experiment or run is None or was_changed:
            self.runner.rewind()
            self.open(experiment)
            if self.session.keeps_weights or was_changed:
                self.reset()

    def adopt(self, experiment: Experiment, start: Start) -> None:
        """Go on with a network that was trained, wherever a person has found it.

        It waits where it has come to, or trains on if it was on its way; what is shown at an
        earlier epoch stays there. Where its states are not kept, it is trained from its initial
        weights. It is one step back to what was worked on before, with its run; none where that
        is what it has come to already.

        Parameters
        ----------
        start
            Where its states are: a run that was kept, or a member of a study.
        """
        run = self._present.run
        if start.study in FIELDS:  # steps along a slider's curve are one step, as of any slider
            self._note(experiment)
        elif run is None:
            self._note(experiment, goes_on=False)
        else:
            if not _is_at(run, experiment, self._found(experiment, start)):
                self._past.note_run(run)
            self.message.emit("")
        self.take_up(experiment, start)

    def take_up(self, experiment: Experiment, start: Start) -> None:
        """Go on with a network as `adopt` does, or with a moment of the run; no step leads back."""
        self._make_data(experiment)
        last, is_on_its_way = self._found(experiment, start), self._is_on_its_way(start)
        epoch = last.epoch if start.epoch is None and last is not None else start.epoch
        self.session.take(experiment)
        if epoch is None:
            self._apply(Change.RESTART)
            return
        self._tell()
        if self.dataset is None:
            return
        self.look(epoch=self._look.epoch if start.epoch is None else None, study="", member=0)
        self.runner.go_on_from(experiment, self.dataset, self.grid, start, epoch)
        if is_on_its_way:
            self.runner.play()

    def go_back(self, epoch: int | None, *, plays: bool = False) -> None:
        """Make an earlier moment of the run the present one; what came after it can be undone."""
        view = self.runner.view
        # Where that very epoch is not kept, the run goes there from the last one before it.
        if view is None or epoch is None or view.run.checkpoints.at(epoch) is None:
            return
        self._past.note_run(view.run)
        # The thread may have begun another one by now, of which nothing is shown yet.
        run = None if view.generation == self.runner.generation else view.run
        self.take_up(view.run.experiment, Start(run=run, epoch=epoch))
        if plays:
            self.runner.play()

    def continue_from_here(self) -> None:
        """Train on from the moment that is shown."""
        self.go_back(self._look.epoch, plays=True)

    def restore_best(self) -> None:
        """Go back to the epoch with the smallest validation loss."""
        best = -1 if self.runner.view is None else self.runner.view.run.history.best_epoch
        if best >= 0:
            self.go_back(best)

    def undo(self) -> None:
        """Work on the experiment before the last change."""
        self._restore(self._past.back(self._present))

    def redo(self) -> None:
        """Work on the experiment before the last step back."""
        self._restore(self._past.forward(self._present))

    # Commands about training

    def toggle(self) -> None:
        """Train or pause; show a run at its end once more, or pause that.

        What is to be trained as soon as torch is loaded can't be paused before.
        """
        if self.runner.is_playing:
            if self.runner.is_loaded:
                self.runner.pause()
            return
        if self.replay.is_on:
            self.replay.pause()
            return
        if self.dataset is None:
            self._make_data(self.session.experiment)
            self._apply(Change.RESTART)  # the file may be there by now; else say it again
        elif self.runner.is_finished:
            if self.session.experiment.model.kind == "polynomial":
                self.message.emit(_SOLVED)
            elif not self.replay.start(self._look.epoch):
                self.message.emit(_STOPPED)
            return
        self.runner.play()

    def reset(self) -> None:
        """Go back to the same initial weights and wait there."""
        self.runner.rewind()
        self.session.begin_anew()
        self._apply(Change.RESTART)

    def set_keeps_weights(self, keeps: bool) -> None:
        """Whether a change of regularization or learning rate goes on from the present weights."""
        self.session.keeps_weights = keeps

    def set_device(self, device: str) -> None:
        """Train on another device from here on."""
        self.runner.device = device
        self._apply(Change.RETRAIN)
        self.studies.begin_anew()

    def compare(self) -> None:
        """Train none, weight decay, dropout and both side by side; the run waits meanwhile."""
        self.runner.pause()
        self.comparison_wanted.emit()

    # Commands about what is kept and shown

    def pin(self, *, name: str | None = None) -> None:
        """Keep the run that is shown, as far as it has come, whatever moment of it is in sight.

        Parameters
        ----------
        name
            What to call it; None is by what is otherwise in it.
        """
        if (view := self.view) is not None:
            self.pin_run(view.run, view.fit, view.dataset, name)

    def pin_run(
        self,
        run: Run,
        fit: Fit | None,
        dataset: Dataset,
        name: str | None,
        color: int | None = None,
    ) -> Pin | None:
        """Keep a run that learned a dataset; None if that is refused, which a message says.

        Parameters
        ----------
        fit
            What it predicts at the moment that is in sight, which may be an earlier one. The thread
            may be ahead of it, how far depends on the machine.
        """
        newest, view = run.checkpoints.last, self.view
        is_earlier = self._look.epoch is not None or (
            view is not None and view.look.epoch is not None
        )
        if newest is not None and is_earlier:
            from regplay.core.population import fit_at  # with torch, which is loaded by now

            fit = fit_at(newest, run.experiment, dataset, grid_of(dataset))
        try:
            pin = self.pins.pin(run, fit, name, grid=grid_of(dataset), color=color)
        except PinsFullError as error:
            self.message.emit(str(error))
            return None
        self.pins_changed.emit()
        return pin

    def remove_pins(self, pins: Iterable[Pin]) -> None:
        """Keep these no longer, as far as they are still pinned."""
        gone = [pin for pin in pins if pin in [*self.pins]]
        for pin in gone:
            self.pins.remove(pin)
        if gone:
            self.pins_changed.emit()

    def restore_pins(self, pins: Iterable[Pin]) -> None:
        """Keep these in place of all others."""
        self.pins.restore(pins)
        self.pins_changed.emit()

    def complete_pins(self, found: Mapping[Pin, tuple[Run, Fit | None, Grid | None]]) -> None:
        """Give restored pins what they lacked: the states of their runs, fits and their grids."""
        for pin, (run, fit, grid) in found.items():
            pin.run, pin.fit, pin.grid = run, fit, grid
        self.pins_changed.emit()

    def rename_pin(self, pin: Pin, name: str) -> None:
        """Call a pinned run otherwise; a name of nothing but blanks changes nothing."""
        self.pins.rename(pin, name)
        self.pins_changed.emit()

    def set_pin_hidden(self, pin: Pin, is_hidden: bool) -> None:
        """Leave a pinned run out of the plots, or show it there."""
        pin.is_hidden = is_hidden
        self.pins_changed.emit()

    def move_pin(self, pin: Pin, index: int) -> None:
        """Bring a pinned run to a place among the others, from 0; beyond an end is that end."""
        self.pins.move(pin, index)
        self.pins_changed.emit()

    def delete_pin(self, pin: Pin) -> None:
        """Keep a run no longer, as a person wants it, who may put it back."""
        self.pins.delete(pin)
        self.message.emit(self.problem)  # in place of "delete one first"
        self.pins_changed.emit()

    def put_pin_back(self) -> Pin:
        """Pin what a person deleted last again, in its place."""
        pin = self.pins.put_back()
        self.pins_changed.emit()
        return pin

    def forget_deleted_pins(self) -> None:
        """Nothing is to be put back any longer."""
        self.pins.deleted.clear()
        self.pins_changed.emit()

    def annotate(
        self, annotations: Iterable[Annotation], before: tuple[Annotation, ...] | None = None
    ) -> None:
        """Draw these on the plots, in place of what is there; of too many the first ones.

        Parameters
        ----------
        before
            What undo brings back; None if this can't be undone by itself, such as half a line.
        """
        wanted, was_full = tuple(annotations), len(self.annotations) == MOST_ANNOTATIONS
        self.annotations = wanted[:MOST_ANNOTATIONS]
        if len(wanted) > MOST_ANNOTATIONS:
            self.message.emit(_DRAWN_FULL)
        elif was_full and len(wanted) < MOST_ANNOTATIONS:
            self.message.emit(self.problem)  # in place of "erase some first"
        if before is not None and before != self.annotations:
            self._past.note_annotations(self.session.experiment, before)
        self.annotations_changed.emit()

    def forget_drawn(self) -> None:
        """Undo brings back nothing that was drawn before, as in another session."""
        self._past.forget_annotations()

    def set_scenes(self, scenes: Mapping[int, Scene]) -> None:
        """Keep these in place of all others."""
        self.scenes = dict(scenes)
        self.scenes_changed.emit()

    def look(self, **wanted: Any) -> None:
        """Show something else, or more; what is not named stays as it is.

        Parameters
        ----------
        **wanted
            Attributes of `Look`.
        """
        look = replaced(self._look, **wanted)
        if look.epoch != self._look.epoch and look.epoch != self.replay.epoch:
            self.replay.pause()
        self.studies.set_epoch(look.epoch)
        if look != self._look:
            self._look = look
            self.runner.look(look)
        self.look_changed.emit(look)

    def set_editing(self, is_editing: bool) -> None:
        """While a person edits points, they are drawn at once, before there is a fit of them."""
        self._is_editing = is_editing
        if is_editing and self.dataset is not None and self.dataset is not self._drawn:
            self._draw(self.dataset)

    # What follows from a command

    def _note(self, experiment: Experiment, goes_on: bool | None = None) -> None:
        now = self._clock.now()
        self._past.note(self.session.experiment, experiment, now, goes_on=goes_on)
        self.message.emit("")

    @property
    def _present(self) -> UndoStep:
        """What there is, with the newest run of the experiment, whatever is shown in its place."""
        experiment = self.session.experiment
        run = None if self.runner.view is None else self.runner.view.run
        if run is not None and run.experiment != experiment:  # nothing is known of this one yet
            run = None
        return UndoStep(experiment, run, self.annotations)

    def _restore(self, step: UndoStep | None) -> None:
        if step is None:
            return
        self._make_data(step.experiment)
        self.message.emit(self.problem if step.annotations is not None else "")
        if step.annotations is not None:
            self.annotate(step.annotations)
        elif step.run is not None:
            self.take_up(step.experiment, Start(run=step.run))
        else:
            self._apply(self.session.restore(step.experiment, epoch=self.runner.epoch))

    def _apply(self, change: Change) -> None:
        """Train what the session works on, after this change."""
        if self._tell():
            change = Change.RESTART
        if self.dataset is None:
            return
        if change not in (Change.NOTHING, Change.ADJUST):
            self.look(epoch=None, study="", member=0)
        self.runner.submit(self.session.experiment, self.dataset, self.grid, change)
        if self.problem:  # where nothing has changed, it stands
            self.message.emit(self.problem)

    def _found(self, experiment: Experiment, start: Start) -> Snapshot | None:
        """The last record of a network that was trained; None if its states are not kept."""
        if start.study:
            study = self.studies.studies.get(start.study)
            if study is None or study.history is None:
                return None
            is_same = study.sweep.experiments[start.member] == experiment
            return study.history.member(start.member).last if is_same else None
        return start.run.history.last if start.run is not None and start.run.checkpoints else None

    def _is_on_its_way(self, start: Start) -> bool:
        """Whether a network is still being trained where it was found."""
        study = self.studies.studies.get(start.study)
        return (
            study is not None
            and study.history is not None
            and not (study.history.is_finished[start.member])
        )

    def _tell(self) -> bool:
        """Tell all what is worked on; whether its data are others than before.

        Data of which a person edited a point are not.
        """
        self.replay.pause()
        experiment, has_other_data = self.session.experiment, False
        dataset = self.dataset
        is_unseen = dataset is not None and bool(why_unseen(experiment.model, dataset))
        if experiment.data != self._settings or is_unseen:
            has_other_data = self._load(experiment)
        self.experiment_changed.emit(experiment, self.dataset)
        self.studies.set_experiment(None if self.dataset is None else experiment)
        return has_other_data

    def _load(self, experiment: Experiment) -> bool:
        old, self._settings = self._settings or DataSettings(), experiment.data
        try:
            dataset = self._loaded(experiment.data)
            self._read = None
            seen_by(experiment.model, dataset)
        except DatasetError as error:
            self.dataset = self._settings = None  # so that it is tried again
            self._unread = str(error)
            self.runner.withdraw()
            self._draw(None)
            self.untrained.emit(experiment, None, self._unread)
            self.message.emit(self._unread)
            return True
        self._unread = ""
        self.message.emit("")
        before, self.dataset, self.grid = self.dataset, dataset, grid_of(dataset)
        may_be_edit = "points" in (old.name, experiment.data.name) or (
            old.edits != experiment.data.edits
        )
        is_placed = may_be_edit and before is not None and is_edit(before, dataset)
        if before is not None and before is self._drawn and is_placed:
            self._draw(dataset, is_edit=True)
            return False
        if self.view is not None and self.runner.is_loaded and not self._is_editing:
            return True  # a view of them is to come, and what is shown stays until then
        self._draw(dataset)
        self.untrained.emit(experiment, dataset, "")
        return True

    def _loaded(self, settings: DataSettings) -> Dataset:
        if self._read is None or self._read[0] != settings:
            self._read = settings, load(settings)
        return self._read[1]

    def _make_data(self, experiment: Experiment) -> None:
        """Have the data at hand that an experiment learns from, before anything is changed.

        Tables, and points with many inputs, take seconds. Why there can be none is told by `_load`.
        """
        data = experiment.data
        takes_long = bool({"file", "n_inputs"} & REGISTRY[data.name].uses)
        is_known = data == self._settings or (self._read is not None and data == self._read[0])
        if takes_long and not is_known:
            with suppress(DatasetError):
                self._read = data, done_beside(lambda: load(data), self.waits.emit)

    def _draw(self, dataset: Dataset | None, *, is_edit: bool = False) -> None:
        self._drawn, self._is_ahead = dataset, True
        self.data_changed.emit(dataset, is_edit)

    def _read_again(self, _: bool) -> None:
        """Where a replay rests, words are those of the moment that is shown."""
        if self.view is not None and not self.replay.is_on:
            self.reading_changed.emit(self.view)

    @Slot(object)
    def _take_view(self, view: View) -> None:
        is_old = view.generation < self.runner.generation and not view.is_preview
        # Points that a person has moved don't go back to where an older view saw them.
        if not (is_old and self._is_ahead):
            if view.dataset is not self._drawn:
                self._draw(view.dataset)
            self._is_ahead = False
        self.view = view
        now, is_at_work = self._clock.now(), self.runner.is_playing and not view.is_finished
        rests = not (is_at_work or self.replay.is_on)
        if rests or now - self._read_at >= _READING_INTERVAL:
            self._read_at = now
            self.reading_changed.emit(view)


def _is_at(run: Run, experiment: Experiment, last: Snapshot | None) -> bool:
    """Whether a run of an experiment ends with a record of the same values."""
    newest = run.history.last
    if run.experiment != experiment or newest is None or last is None:
        return False
    return newest.epoch == last.epoch and newest.values.tobytes() == last.values.tobytes()
