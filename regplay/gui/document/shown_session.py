"""The session of the main window, taken as a document, and a document shown in the window."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from regplay.core.datasets import Dataset, DatasetError, load
from regplay.core.experiment import Experiment
from regplay.core.fit import grid_of
from regplay.core.hyperparameters import SWEEPABLE
from regplay.gui.training.messages import Start, View
from regplay.gui.transport import SPEEDS
from regplay.session.document import Document, StoredPin, StoredRun, ViewValue
from regplay.session.pins import Pin
from regplay.session.session import Run

if TYPE_CHECKING:
    from regplay.gui.window import MainWindow


def pins_of(document: Document) -> list[Pin]:
    """Its pins with their histories, without states and fits: this needs no torch."""
    return [
        Pin(pin.name, pin.color, pin.run.run(with_states=False), None, None, pin.is_hidden)
        for pin in document.pins
    ]


def complete(pins: Sequence[Pin], document: Document) -> None:
    """Give the pins that `pins_of` made their states and fits; this imports torch.

    A pin whose file is gone, or has other columns or rows than it had, stays a mere history.
    """
    from regplay.core.predictions import fit_of, network_at

    for pin, stored in zip(pins, document.pins, strict=True):
        dataset = data_of(stored.run)
        if dataset is None:
            continue
        run = stored.run.run()
        pin.run, pin.grid, state = run, grid_of(dataset), run.checkpoints.last
        if state is not None:
            network = network_at(state, run.experiment, dataset)
            pin.fit = fit_of(network, dataset, pin.grid, state.epoch, state.step)


def data_of(run: StoredRun) -> Dataset | None:
    """The data of a run, if they can be made and are of the sizes that it was trained on."""
    try:
        dataset = load(run.experiment.data)
    except DatasetError:
        return None
    return dataset if run.fits(dataset) else None


class ShownSession(QObject):
    """Stands between a window and its documents.

    What of a document needs torch, the states of its runs, waits until that is loaded.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._waiting: Document | None = None  # shown, but for its states
        self._stored: dict[Pin, StoredRun] = {}  # of what was opened
        self._run: StoredRun | None = None  # likewise
        self._moment: tuple[int, int] | None = None  # which epoch of which generation to show
        window.runner.loaded.connect(self._complete)
        window.runner.viewed.connect(self._show_moment)

    def document(self) -> Document | None:
        """What is worked on at present; None while what was opened is not all there."""
        if self._waiting is not None:
            return None
        window = self._window
        lesson, page = window.guide.position or ("", 0)
        document = Document.of(
            window.session.experiment,
            self._present_run(),
            window.board.pins,
            lesson,
            page,
            self._view(),
        )
        return self._with_stored(document)

    def set_experiment(self, experiment: Experiment) -> None:
        """Work on another experiment; all else stays."""
        self._window.take_over(experiment)

    def show_document(self, document: Document) -> None:
        """Work on this in place of all else."""
        window, view, run = self._window, document.view, document.run
        window.runner.rewind()
        window.transport.keep_weights.setChecked(False)
        window.take_over(document.experiment)
        if run is None or run.experiment != document.experiment:
            window.reset()  # a run of the same experiment may have been shown
        window.transport.keep_weights.setChecked(bool(view.get("keeps_weights", False)))
        window.classroom.forget()
        window.runs.undo_delete.clear()
        pins = pins_of(document)
        self._stored = {pin: stored.run for pin, stored in zip(pins, document.pins, strict=True)}
        self._run = run
        window.board.restore(pins)
        self._show_view(view)
        self._show_lesson(document)
        self._waiting = document
        if window.runner.is_loaded:
            self._complete()

    def _complete(self) -> None:
        """Show what of a document needed torch."""
        document, self._waiting = self._waiting, None
        if document is None:
            return
        window, run = self._window, document.run
        complete(list(self._stored), document)
        window.board.restore(window.board.pins)  # those that were not deleted meanwhile
        dataset = window.showing.dataset
        if run is None or dataset is None or run.experiment != window.session.experiment:
            return
        if run.goes_on and run.fits(dataset):
            window.go_on_from(run.experiment, Start(run=run.run()), run.epoch, False)
            epoch = document.view.get("epoch")
            if epoch is not None:
                self._moment = window.runner.generation, int(epoch)
        else:
            window.reset()
            window.runner.play()

    # the runs

    def _present_run(self) -> Run | None:
        """The run of the present experiment; None as long as it is not known."""
        runner, experiment = self._window.runner, self._window.session.experiment
        view = runner.view
        if view is None or view.generation != runner.generation:
            return None
        return view.run if view.run.experiment == experiment else None

    def _with_stored(self, document: Document) -> Document:
        """With the runs of what was opened whose data are gone: they are saved as they were."""
        run = document.run
        if run is None and self._window.showing.dataset is None and self._run is not None:
            run = self._run if self._run.experiment == document.experiment else None
        pins = zip(self._window.board.pins, document.pins, strict=True)
        return replace(document, run=run, pins=tuple(self._stored_pin(*pair) for pair in pins))

    def _stored_pin(self, pin: Pin, now: StoredPin) -> StoredPin:
        stored = self._stored.get(pin)
        return now if stored is None or pin.run.checkpoints else replace(now, run=stored)

    # what of the window's appearance belongs to a session

    def _view(self) -> Mapping[str, ViewValue]:
        window = self._window
        speed, moment = window.runner.speed, window.timeline.moment()
        view: dict[str, ViewValue] = {
            "tab": window.tabs.tab,
            "losses": window.history_view.tab,
            "best": window.timeline.button("overlay").isChecked(),
            "band": window.passes.band.isChecked(),
            "thinned": window.passes.thinned.isChecked(),
            "keeps_weights": window.session.keeps_weights,
            "curves": " ".join(window.controls.chosen_curves()),
            "speed": 0.0 if speed is None else float(speed),
        }
        return view if moment is None else view | {"epoch": moment}

    def _show_view(self, view: Mapping[str, ViewValue]) -> None:
        window = self._window
        if view.get("tab") in window.tabs.names:
            window.tabs.set_tab(str(view["tab"]))
        losses = window.history_view.tabs.get(str(view.get("losses", "")))
        if losses is not None and not losses.isHidden():  # as that of accuracies in regression
            losses.setChecked(True)
        window.timeline.button("overlay").setChecked(bool(view.get("best", False)))
        window.passes.band.setChecked(bool(view.get("band", False)))
        window.passes.thinned.setChecked(bool(view.get("thinned", False)))
        if "curves" in view:
            paths = str(view["curves"]).split()
            window.controls.set_shown_curves([path for path in SWEEPABLE if path in paths])
            window.laboratory.reconsider()
        speed = float(view.get("speed", 0.0)) or None
        if speed in SPEEDS:
            window.transport.set_speed(speed)

    def _show_lesson(self, document: Document) -> None:
        guide = self._window.guide
        if document.lesson:
            guide.go_to(document.lesson, document.page, sets_up=False)
        if guide.position is None or guide.position[0] != document.lesson:
            guide.close()

    def _show_moment(self, view: View) -> None:
        if self._moment is None or view.is_preview:
            return
        generation, epoch = self._moment
        if view.generation >= generation:
            self._moment = None
        if view.generation == generation:
            self._window.replay.show_kept(view)  # the handle has not heard of this run before
            self._window.timeline.pick_moment(epoch)
