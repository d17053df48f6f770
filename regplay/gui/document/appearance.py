"""What of a window's appearance belongs to a session: which views are open, and how."""

from collections.abc import Mapping

from regplay.core.hyperparameters import SWEEPABLE
from regplay.gui.controls import ControlPanel
from regplay.gui.plots.dropout_passes import DropoutPasses
from regplay.gui.plots.history_view import HistoryView
from regplay.gui.tabs import Tabs
from regplay.gui.timeline.timeline import Timeline
from regplay.gui.transport import SPEEDS, Transport
from regplay.session.document import ViewValue


class Appearance:
    """Reads it from the parts of a window, and brings it back there."""

    def __init__(
        self,
        tabs: Tabs,
        history_view: HistoryView,
        timeline: Timeline,
        passes: DropoutPasses,
        controls: ControlPanel,
        transport: Transport,
    ) -> None:
        self._tabs, self._history_view, self._timeline = tabs, history_view, timeline
        self._passes, self._controls, self._transport = passes, controls, transport

    def values(self) -> Mapping[str, ViewValue]:
        """What is to be seen, by name."""
        speed, moment = SPEEDS[self._transport.speed.value()], self._timeline.moment()
        view: dict[str, ViewValue] = {
            "tab": self._tabs.tab,
            "losses": self._history_view.tab,
            "best": self._timeline.button("overlay").isChecked(),
            "band": self._passes.band.isChecked(),
            "thinned": self._passes.thinned.isChecked(),
            "keeps_weights": self._transport.keep_weights.isChecked(),
            "curves": " ".join(self._controls.chosen_curves()),
            "speed": 0.0 if speed is None else float(speed),
        }
        return view if moment is None else view | {"epoch": moment}

    def set_keeps_weights(self, keeps: bool) -> None:
        """Whether changes go on from the present weights, on which it depends what opening does."""
        self._transport.keep_weights.setChecked(keeps)

    def show(self, view: Mapping[str, ViewValue]) -> None:
        """Bring back all but the epoch and whether weights are kept."""
        if view.get("tab") in self._tabs.names:
            self._tabs.set_tab(str(view["tab"]))
        losses = self._history_view.tabs.get(str(view.get("losses", "")))
        if losses is not None and not losses.isHidden():  # as that of accuracies in regression
            losses.setChecked(True)
        self._timeline.button("overlay").setChecked(bool(view.get("best", False)))
        self._passes.band.setChecked(bool(view.get("band", False)))
        self._passes.thinned.setChecked(bool(view.get("thinned", False)))
        if "curves" in view:
            paths = str(view["curves"]).split()
            self._controls.set_shown_curves([path for path in SWEEPABLE if path in paths])
        speed = float(view.get("speed", 0.0)) or None
        if speed in SPEEDS:
            self._transport.set_speed(speed)

    def show_moment(self, epoch: int) -> None:
        """Show the run as it was at an epoch, as if the handle had been moved there."""
        self._timeline.pick_moment(epoch)
