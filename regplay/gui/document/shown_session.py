"""The session of the main window, taken as a document, and a document shown in the window."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from regplay.core.experiment import Experiment
from regplay.core.sweep import SWEEPABLE
from regplay.gui.document.opened import complete, pins_of
from regplay.gui.messages import Start, View
from regplay.gui.transport import SPEEDS
from regplay.session.document import Document, ViewValue
from regplay.session.pins import Pin

if TYPE_CHECKING:
    from regplay.gui.window import MainWindow


class ShownSession(QObject):
    """Stands between a window and its documents.

    What of a document needs torch, the states of its runs, waits until that is loaded.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._waiting: Document | None = None  # shown, but for its states
        self._pins: list[Pin] = []
        self._epoch: int | None = None  # the moment to show once the run is there
        window.runner.loaded.connect(self._complete)
        window.runner.viewed.connect(self._show_moment)

    def document(self) -> Document | None:
        """What is worked on at present; None while what was opened is not all there."""
        if self._waiting is not None:
            return None
        window, view = self._window, self._window.runner.view
        experiment = window.session.experiment
        run = view.run if view is not None and view.run.experiment == experiment else None
        lesson, page = window.guide.position or ("", 0)
        return Document.of(experiment, run, window.board.pins, lesson, page, self._view())

    def setExperiment(self, experiment: Experiment) -> None:
        """Work on another experiment; all else stays."""
        self._window.setExperiment(experiment)

    def show_document(self, document: Document) -> None:
        """Work on this in place of all else."""
        window, view = self._window, document.view
        window.runner.rewind()
        window.transport.keep_weights.setChecked(False)
        window.setExperiment(document.experiment)
        window.transport.keep_weights.setChecked(bool(view.get("keeps_weights", False)))
        self._pins = pins_of(document)
        window.board.restore(self._pins)
        self._show_view(view)
        if document.lesson:
            window.guide.go_to(document.lesson, document.page, sets_up=False)
        else:
            window.guide.close()
        self._waiting = document
        if window.runner.is_loaded:
            self._complete()

    def _complete(self) -> None:
        """Show what of a document needed torch."""
        document, self._waiting = self._waiting, None
        if document is None:
            return
        window, run = self._window, document.run
        complete(self._pins, document)
        window.board.restore(self._pins)
        dataset = window.showing.dataset
        if run is None or dataset is None or run.experiment != window.session.experiment:
            return
        if run.goes_on and run.fits(dataset):
            epoch = document.view.get("epoch")
            self._epoch = int(epoch) if epoch is not None else None
            window.go_on_from(run.experiment, Start(run=run.run()), run.epoch, False)
        else:
            window.runner.play()

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
            "curves": " ".join(window.controls.shownCurves()),
            "speed": 0.0 if speed is None else speed,
        }
        return view if moment is None else view | {"epoch": moment}

    def _show_view(self, view: Mapping[str, ViewValue]) -> None:
        window = self._window
        if view.get("tab") in window.tabs.names:
            window.tabs.setTab(str(view["tab"]))
        if view.get("losses") in window.history_view.tabs:
            window.history_view.setTab(str(view["losses"]))
        window.timeline.button("overlay").setChecked(bool(view.get("best", False)))
        window.passes.band.setChecked(bool(view.get("band", False)))
        window.passes.thinned.setChecked(bool(view.get("thinned", False)))
        if "curves" in view:
            paths = str(view["curves"]).split()
            window.controls.setShownCurves([path for path in SWEEPABLE if path in paths])
            window.laboratory.reconsider()
        speed = float(view.get("speed", 0.0)) or None
        if speed in SPEEDS:
            window.transport.setSpeed(speed)

    def _show_moment(self, view: View) -> None:
        if self._epoch is not None and not view.is_preview:
            epoch, self._epoch = self._epoch, None
            self._window.timeline.pickMoment(epoch)
