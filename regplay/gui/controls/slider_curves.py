"""The curves of the sliders: one sweep along each field that shows its own."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QObject, Signal

from regplay.core.datasets import DatasetError, load
from regplay.core.experiment import DataSettings, Experiment
from regplay.core.fields import FIELDS, replace
from regplay.core.hyperparameters import is_used
from regplay.core.sweep import NumberAxis, Sweep, sweep_axis
from regplay.gui.controls.panel import ControlPanel
from regplay.gui.controls.sweep_curve import SweepCurve
from regplay.gui.training import Start, Study, StudyRequest


class SweepSliders(QObject):
    """Says which sweeps the sliders of a panel show, and shows them there.

    Signals
    -------
    start_chosen
        (Experiment, Start): go on with this member of a curve.
    """

    start_chosen = Signal(object, object)

    def __init__(self, panel: ControlPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        panel.member_adopted.connect(self._adopt)

    def _adopt(self, path: str, index: int) -> None:
        self.start_chosen.emit(self._panel.experiment(), Start(path, index))

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """A sweep for each slider that shows its curve, by its field path; the dearest comes last.

        They are trained one after another, so that a costly one holds up no other.
        """
        found, points = {}, {}  # points: of all members together, as all have the same epochs
        for path in self._panel.shown_curves():
            if is_used(experiment, path):
                axis = _possible(experiment, sweep_axis(path))
                if len(axis.values) > 1:
                    # Whichever value the slider stands at, it is the same sweep.
                    base = replace(experiment, {path: axis.values[0]})
                    title = f"The curve of {FIELDS[path].label.lower()}"
                    found[path] = StudyRequest(Sweep(base, (axis,)), title=title)
                    count = len(axis.values) * experiment.data.n_train
                    points[path] = sum(axis.values) if path == "data.n_train" else count
        return {path: found[path] for path in sorted(found, key=points.__getitem__)}

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the losses at an epoch; None is the newest record."""
        for path in self._panel.shown_curves():
            study = studies.get(path)
            curve = None if study is None else curve_of(study, epoch)
            self._panel.set_curve(path, curve)


def curve_of(study: Study, epoch: int | None) -> SweepCurve | None:
    """The curve of a sweep along one axis; None where nothing is trained."""
    history = study.history
    if history is None or not isinstance(study.sweep, Sweep):
        return None
    finished = history.finished  # before the losses: the thread may be about to end
    lost = history.diverged
    train = np.where(lost, np.nan, history.values("train_loss", epoch))
    valid = np.where(lost, np.nan, history.values("valid_loss", epoch))
    has_valley = finished and bool(np.isfinite(valid).any())
    values = study.sweep.axes[0].values
    return SweepCurve(
        values=tuple(float(value) for value in values),
        train=train,
        valid=valid,
        valley=int(np.nanargmin(valid)) if has_valley else None,
        is_finished=finished,
        progress=history.progress,
    )


def _possible(experiment: Experiment, axis: NumberAxis) -> NumberAxis:
    """Without the numbers of points that a table hasn't got."""
    if axis.path != "data.n_train":
        return axis
    # A file may have other rows the next time.
    loads = _loads.__wrapped__ if experiment.data.file else _loads
    values = (n for n in axis.values if loads(replace(experiment, {axis.path: n}).data))
    return NumberAxis(axis.path, tuple(values))


@lru_cache(maxsize=64)  # it is asked for with each change, and making the data takes milliseconds
def _loads(data: DataSettings) -> bool:
    try:
        load(data)
    except DatasetError:
        return False
    return True
