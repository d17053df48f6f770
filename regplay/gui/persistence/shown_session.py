"""The session of the main window, taken as a document, and a document shown in the window."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton

from regplay.core.datasets import Dataset, DatasetError, load
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit, Grid, grid_of
from regplay.core.hyperparameters import SWEEPABLE
from regplay.gui.beside import done_beside
from regplay.gui.controller import Controller
from regplay.gui.controls import ControlPanel
from regplay.gui.lesson_guide import Guide
from regplay.gui.plots import DropoutPasses, HistoryView
from regplay.gui.tabs import Tabs
from regplay.gui.timeline import SPEEDS, Timeline
from regplay.gui.training import Start, View
from regplay.gui.widgets import show_waiting
from regplay.session.document import Document, StoredPin, StoredRun, ViewValue
from regplay.session.pins import Pin
from regplay.session.session import Run


class Appearance:
    """Reads it from the parts of a window, and brings it back there."""

    def __init__(
        self,
        tabs: Tabs,
        history_view: HistoryView,
        timeline: Timeline,
        passes: DropoutPasses,
        controls: ControlPanel,
    ) -> None:
        self._tabs, self._history_view, self._timeline = tabs, history_view, timeline
        self._controls = controls
        overlay = timeline.action("overlay")
        self._switches: dict[str, QAction | QAbstractButton] = {
            "best": overlay,
            "band": passes.band,
            "thinned": passes.thinned,
        }

    def values(self) -> Mapping[str, ViewValue]:
        """What is to be seen, by name."""
        speed, moment = self._timeline.speed.currentData(), self._timeline.track.moment
        view: dict[str, ViewValue] = {
            "tab": self._tabs.tab,
            "losses": self._history_view.tab,
            "log_axes": " ".join(sorted(self._history_view.log_axes)),
            **{name: switch.isChecked() for name, switch in self._switches.items()},
            "keeps_weights": self._timeline.action("keep_weights").isChecked(),
            "curves": " ".join(self._controls.chosen_curves()),
            "speed": 0.0 if speed is None else float(speed),
        }
        return view if moment is None else view | {"epoch": moment}

    def set_keeps_weights(self, keeps: bool) -> None:
        """Whether changes go on from the present weights, on which it depends what opening does."""
        self._timeline.action("keep_weights").setChecked(keeps)

    def show(self, view: Mapping[str, ViewValue]) -> None:
        """Bring back all but the epoch and whether weights are kept."""
        tab = str(view.get("tab", "")).replace("side", "split")  # as sessions once called it
        if tab in self._tabs.names:
            self._tabs.set_tab(tab)
        losses = str(view.get("losses", ""))
        if losses in self._history_view.tabs:
            self._history_view.set_tab(losses)
        if "log_axes" in view:
            self._history_view.set_log_axes(str(view["log_axes"]).split())
        for name, switch in self._switches.items():
            switch.setChecked(bool(view.get(name, False)))
        if "curves" in view:
            paths = str(view["curves"]).split()
            self._controls.set_shown_curves([path for path in SWEEPABLE if path in paths])
        speed = float(view.get("speed", 0.0)) or None
        if speed in SPEEDS:
            self._timeline.set_speed(speed)

    def show_moment(self, epoch: int) -> None:
        """Show the run as it was at an epoch, as if the handle had been moved there."""
        self._timeline.track.pick_moment(epoch)


def pins_of(document: Document) -> list[Pin]:
    """Its pins with their histories, without states and fits: this needs no torch."""
    return [
        Pin(pin.name, pin.color, pin.run.run(with_states=False), None, None, pin.is_hidden)
        for pin in document.pins
    ]


def completed(pins: Mapping[Pin, StoredRun]) -> dict[Pin, tuple[Run, Fit | None, Grid | None]]:
    """The runs with their states, fits and grids of pins that `pins_of` made; this imports torch.

    A pin whose file is gone, or has other columns or rows than it had, is left out: it stays a mere
    history.
    """
    from regplay.core.population import fit_at

    found: dict[Pin, tuple[Run, Fit | None, Grid | None]] = {}
    for pin, stored in pins.items():
        dataset = data_of(stored)
        if dataset is not None:
            run, grid = stored.run(), grid_of(dataset)
            state = run.checkpoints.last
            fit = None if state is None else fit_at(state, run.experiment, dataset, grid)
            found[pin] = run, fit, grid
    return found


def data_of(run: StoredRun) -> Dataset | None:
    """The data of a run, if they can be made and are of the sizes that it was trained on."""
    try:
        dataset = load(run.experiment.data)
    except DatasetError:
        return None
    return dataset if run.fits(dataset) else None


class ShownSession(QObject):
    """Takes what is worked on as a document, and shows a document in its place.

    What of a document needs torch, the states of its runs, waits until that is loaded.
    """

    # What was open is no longer: what waits for it, or can be taken back, is not wanted
    replaced = Signal()

    def __init__(self, controller: Controller, appearance: Appearance, guide: Guide) -> None:
        super().__init__(controller)
        self._controller, self._appearance, self._guide = controller, appearance, guide
        self._is_changing = False  # a document is being shown, during which timers may call back
        self._waiting: Document | None = None  # shown, but for its states
        self._stored: dict[Pin, StoredRun] = {}  # of what was opened
        self._run: StoredRun | None = None  # likewise
        self._moment: tuple[int, int] | None = None  # which epoch of which generation to show
        controller.runner.loaded.connect(self._complete)
        controller.runner.viewed.connect(self._show_moment)

    def document(self) -> Document | None:
        """What is worked on at present, in under 2 ms.

        What is not all there yet, such as states without torch, is as it was opened. A run that is
        not known yet is left out. None while a document is being shown.
        """
        if self._is_changing:
            return None
        view, waiting = self._appearance.values(), self._waiting
        if waiting is not None and "epoch" in waiting.view:
            view = {**view, "epoch": waiting.view["epoch"]}
        lesson, page = self._guide.position or ("", 0)
        controller = self._controller
        return Document(
            controller.session.experiment,
            self._present_run(),
            tuple(self._present_pin(pin) for pin in controller.pins),
            lesson,
            page,
            view,
            controller.annotations,
            controller.scenes,
        )

    def set_experiment(self, experiment: Experiment) -> None:
        """Work on another experiment; all else stays."""
        self._controller.open(experiment)

    def show_document(self, document: Document) -> None:
        """Work on this in place of all else; its runs may not fit their data any more."""
        self._is_changing = True
        try:
            self._show(document)
        finally:
            self._is_changing = False
        if self._controller.runner.is_loaded:
            self._complete()

    def _show(self, document: Document) -> None:
        controller, view, run = self._controller, document.view, document.run
        controller.runner.rewind()
        self._appearance.set_keeps_weights(False)
        controller.open(document.experiment)
        if run is None or run.experiment != document.experiment:
            controller.reset()  # a run of the same experiment may have been shown
        self._appearance.set_keeps_weights(bool(view.get("keeps_weights", False)))
        self.replaced.emit()
        pins = pins_of(document)
        self._stored = {pin: stored.run for pin, stored in zip(pins, document.pins, strict=True)}
        self._run = run
        controller.restore_pins(pins)
        controller.annotate(document.annotations)
        controller.forget_drawn()
        controller.set_scenes(document.scenes)
        if self._guide.position is None or self._guide.position[0] != document.lesson:
            self._guide.close()  # which shows the curves again that there were before the lesson
        self._appearance.show(view)
        controller.studies.reconsider()
        if document.lesson:
            self._guide.go_to(document.lesson, document.page, sets_up=False)
        self._waiting = document

    def _complete(self) -> None:
        """Show what of a document needed torch."""
        document, stored = self._waiting, self._stored
        if document is None:
            return
        found = done_beside(lambda: completed(stored), show_waiting)
        if document is not self._waiting:  # another was shown meanwhile
            return
        self._waiting = None
        controller, run = self._controller, document.run
        controller.complete_pins(found)
        dataset = controller.dataset
        if run is None or dataset is None or run.experiment != controller.session.experiment:
            return
        if run.goes_on and run.fits(dataset):
            controller.look(epoch=None)
            controller.take_up(run.experiment, Start(run=run.run()))
            epoch = document.view.get("epoch")
            if epoch is not None:
                self._moment = controller.runner.generation, int(epoch)
        else:
            controller.reset()
            controller.runner.play()

    # the runs

    def _present_run(self) -> StoredRun | None:
        """That of the present experiment; None as long as it is not known, or has no record."""
        controller, view = self._controller, self._controller.runner.view
        experiment = controller.session.experiment
        is_waiting = self._waiting is not None  # for torch; until then a run may begin anew
        if not is_waiting and view is not None and view.generation == controller.runner.generation:
            run = view.run
            if run.experiment == experiment and len(run.history):
                return StoredRun.of(run)
        kept = self._run if is_waiting or controller.dataset is None else None
        return kept if kept is not None and kept.experiment == experiment else None

    def _present_pin(self, pin: Pin) -> StoredPin:
        """A pin as it is now; of what was opened whose data are gone, as it was."""
        now, stored = StoredPin.of(pin), self._stored.get(pin)
        return now if stored is None or pin.run.checkpoints else replace(now, run=stored)

    def _show_moment(self, view: View) -> None:
        if self._moment is None or view.is_preview:
            return
        generation, epoch = self._moment
        if view.generation >= generation:
            self._moment = None
        if view.generation == generation:
            self._appearance.show_moment(epoch)
