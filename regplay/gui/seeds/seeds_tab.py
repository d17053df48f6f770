"""Many seeds: which networks are trained, how far they lie apart, what their error is made of."""

from collections.abc import Mapping, Sequence
from functools import cache, partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from regplay.core import fields
from regplay.core.bias_variance import (
    DECOMPOSED,
    DOUBLE_DESCENT,
    Decomposition,
    Spread,
    band_of,
    decomposition_axis,
    decompositions_of,
    has_decomposition,
)
from regplay.core.datasets import Dataset
from regplay.core.datasets.dataset import Floats
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS
from regplay.core.fit import Fit
from regplay.core.hyperparameters import is_used
from regplay.core.sweep import Sweep
from regplay.gui.controls import CountBox
from regplay.gui.plots.fit_panel import Band, FitPanel, Subject
from regplay.gui.plots.fit_view import FitView
from regplay.gui.seeds.decomposition import DecompositionView
from regplay.gui.seeds.loss_strip import LossStrip, Pauses, SeedLosses
from regplay.gui.training import Study, StudyRequest
from regplay.gui.widgets import Press, StudyControl, Toggle, named

_FEWEST, _MOST, _DEFAULT = 5, 100, 20


class SeedsHeader(QWidget):
    """The row above the plots.

    Signals
    -------
    seeds_changed, axis_changed
        A person chose another number of seeds, or the path of another axis.
    double_descent_clicked
        The experiment that shows it is wanted.
    """

    seeds_changed = Signal(int)
    axis_changed = Signal(str)
    double_descent_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = named("seeds.count", CountBox())
        self.box.setRange(_FEWEST, _MOST)
        self.box.setValue(_DEFAULT)
        self.box.setToolTip(
            "How many networks are trained at each position, each with points, noise and initial "
            "weights of its own"
        )
        self.box.valueChanged.connect(self.seeds_changed)
        self.combo = named("seeds.axis", QComboBox())
        for path in DECOMPOSED:
            self.combo.addItem(FIELDS[path].label, path)
        self.combo.setToolTip("What bias² and variance are measured against")
        self.combo.currentIndexChanged.connect(lambda _: self.axis_changed.emit(self.axis()))
        self.control = StudyControl("seeds")
        self.control.set_start("Train all of these networks")
        self.double_descent = named("seeds.doubleDescent", Press("Double descent"))
        self.double_descent.setToolTip(
            "An experiment whose validation loss falls with the width, rises as networks come to "
            "fit the noise, and falls again beyond"
        )
        self.double_descent.clicked.connect(self.double_descent_clicked)

        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(6)
        for text, widget in (("Seeds", self.box), ("against", self.combo)):
            label = QLabel(text)
            label.setBuddy(widget)
            row.addWidget(label)
            row.addWidget(widget)
            row.addSpacing(6)
        row.addWidget(self.control, 1)
        row.addSpacing(6)
        row.addWidget(self.double_descent)

    def seeds(self) -> int:
        """How many networks at each position, 5 to 100."""
        return self.box.value()

    def set_seeds(self, seeds: int) -> None:
        """Show another number, without `seeds_changed`."""
        self.box.show_value(seeds)

    def axis(self) -> str:
        """The chosen path, one of `DECOMPOSED`."""
        return str(self.combo.currentData())

    def set_axis(self, path: str) -> None:
        """Show another axis, without `axis_changed`."""
        was_blocked = self.combo.blockSignals(True)
        self.combo.setCurrentIndex(DECOMPOSED.index(path))
        self.combo.blockSignals(was_blocked)


SEEDS = Subject(
    name="seeds",
    fit="mean fit",
    short="mean",
    band="",
    networks="the networks",
    member="network",
    member_tip="each network, trained on a draw of its own",
    splits=("training",),
    points_tip="training points of the present dataset; the other networks have others",
    past=0,
    marks_wrong=False,
)


class SpreadView(QWidget):
    """The mean of the fits, their spread and each of them; for many inputs the losses alone.

    Attributes
    ----------
    fits, strip
        Of which one is shown.
    spread
        What the networks predict, or None.
    members_button
        Whether each network's own fit is drawn.
    mean_button, std_button
        Which of the two a surface shows.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fits = FitView(subject=SEEDS)
        self.strip = LossStrip()
        self.spread: Spread | None = None
        self.mean_button = named("seeds.mean", Toggle("mean", "The mean over the networks"))
        tip = "The standard deviation over the networks"
        self.std_button = named("seeds.std", Toggle("spread", tip))
        tip = "Each network's own fit, or boundary; at most 40"
        self.members_button = named("seeds.members", Toggle("members", tip))
        self.mean_button.setChecked(True)
        self.members_button.setChecked(True)
        choice = QButtonGroup(self)  # exclusive
        choice.addButton(self.mean_button)
        choice.addButton(self.std_button)
        self.std_button.toggled.connect(self._show_choice)
        self.members_button.toggled.connect(self._show_members)
        self.fits.switches = (self.mean_button, self.std_button, self.members_button)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.strip)
        self._stack.addWidget(self.fits)

    @property
    def panel(self) -> FitPanel:
        """What shows the fits; without a dataset while the losses are shown."""
        return self.fits.panel

    def set_dataset(self, dataset: Dataset) -> None:
        """Show a dataset, and no networks yet."""
        if dataset.n_inputs > 2:
            self.fits.clear()
            self.strip.clear()
            self._stack.setCurrentWidget(self.strip)
            return
        self.fits.set_dataset(dataset)
        has_surface = dataset.n_inputs == 2
        for button in (self.mean_button, self.std_button):
            button.setVisible(has_surface)
        # The contour lines of each network would cover a surface of values.
        self.members_button.setVisible(not has_surface or dataset.task == "classification")
        self.set_spread(None)
        self._stack.setCurrentWidget(self.fits)

    def set_spread(self, spread: Spread | None) -> None:
        """Show what many networks predict on the dataset's grid, or nothing."""
        self.spread = spread
        self.fits.panel.set_band(None if spread is None else Band(spread.mean, spread.std))
        self.fits.set_fit(None if spread is None else _fit(spread.mean))
        self._show_members()
        self._show_choice()

    def _show_members(self) -> None:
        button = self.members_button
        is_drawn = button.isChecked() and not button.isHidden()
        members = self.spread.members if self.spread is not None and is_drawn else ()
        self.fits.panel.set_members([_fit(one) for one in members])

    def _show_choice(self) -> None:
        shows_std = self.std_button.isChecked()
        self.fits.panel.set_surface("std" if shows_std else "fit")
        caption, spread = "Fits", self.spread
        if spread is not None:
            caption += f" of {len(spread.members)} networks"
        if not self.std_button.isHidden():
            caption += ": standard deviation" if shows_std else ": mean"
        self.fits.panel.caption = caption

    def set_losses(self, losses: SeedLosses | None) -> None:
        """Show the losses of the networks, or nothing, where their fits can't be shown."""
        if self.panel.dataset is None:
            self.strip.set_losses(losses)

    def settle(self) -> None:
        """Give up the room that only earlier predictions needed."""
        self.fits.panel.fit_ranges()
        self.strip.settle()


def _fit(values: Floats) -> Fit:
    """Predictions on the grid [n] or [n, classes], of which nothing else is known."""
    return Fit(epoch=0, step=0, train=values[:0], valid=values[:0], grid=values)


_PLOT, _SENTENCE = 5, 2  # shares of the width


class SeedsView(QWidget):
    """The spread of the fits on the left, bias² + variance + noise on the right. Trains nothing.

    What a person chooses and presses is told by the signals of `header`.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("seeds")
        self.header = SeedsHeader()
        self.spread = SpreadView()
        self.decomposition = DecompositionView()
        plots = self._plots = QHBoxLayout()
        plots.setSpacing(8)
        plots.addWidget(self.spread, _PLOT)
        plots.addWidget(self.decomposition, _PLOT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addLayout(plots, 1)
        self.decomposition.plot.set_axis(self.axis())

        self.header.axis_changed.connect(self.decomposition.plot.set_axis)
        self._pauses = Pauses()

    def seeds(self) -> int:
        """How many networks at each position, 5 to 100."""
        return self.header.seeds()

    def set_seeds(self, seeds: int) -> None:
        """Show another number, without `seeds_changed`."""
        self.header.set_seeds(seeds)

    def axis(self) -> str:
        """The field path of the right plot's axis, one of `DECOMPOSED`."""
        return self.header.axis()

    def set_axis(self, path: str) -> None:
        """Show another axis and nothing along it, without `axis_changed`."""
        if path != self.axis():
            self.header.set_axis(path)
            self.decomposition.plot.set_axis(path)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show a dataset, and no networks yet; decides whether there is a decomposition."""
        self.spread.set_dataset(dataset)
        self.decomposition.set_dataset(dataset)
        self.header.combo.setEnabled(has_decomposition(dataset))
        # A sentence leaves most of the room to the plot beside it.
        self._plots.setStretch(1, _PLOT if self.decomposition.has_plot else _SENTENCE)

    def set_spread(self, spread: Spread | None) -> None:
        """Show what the networks predict at `grid_of(dataset).x`, or nothing."""
        self.spread.set_spread(spread)

    def set_losses(self, losses: SeedLosses | None) -> None:
        """Show the losses of the networks, or nothing, where their fits can't be shown."""
        self.spread.set_losses(losses)

    def set_decompositions(
        self, values: tuple[float, ...], parts: Sequence[Decomposition | None]
    ) -> None:
        """Show bias², variance and noise at these values of the axis; None where not trained."""
        self.decomposition.plot.set_decompositions(values, parts)

    def set_progress(self, progress: float, is_running: bool) -> None:
        """Follow how much is done, in [0, 1]: at each quarter, and at a stop, the axes settle."""
        if self._pauses.is_due(progress, is_running):
            self.settle()

    def settle(self) -> None:
        """Give the axes the ranges of what is shown; otherwise they only grow."""
        self.spread.settle()
        self.decomposition.plot.settle()

    def set_current(self, value: float) -> None:
        """Mark the present experiment's value on the axis; NaN marks nothing."""
        self.decomposition.plot.set_current(value)


_BAND, _PARTS = "seeds.band", "seeds.parts"
_TITLE = "A resampled network"


@cache
def _decompositions(seeds: int) -> partial[list[Decomposition | None]]:
    """The same object for the same number, so that requests compare equal."""
    return partial(decompositions_of, seeds=seeds)


class SeedsTab(SeedsView):
    """Trains resampled networks while its `StudyControl` is on; they follow the epoch handle.

    Attributes
    ----------
    recorded
        Epochs at which there is something to see of them, rising.

    Signals
    -------
    wishes_changed
        Something else is to be trained.
    experiment_chosen
        (Experiment): work on this one.
    """

    wishes_changed = Signal()
    experiment_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recorded: Sequence[int] = ()
        self._experiment = Experiment()
        self._dataset: Dataset | None = None
        self._control = self.header.control
        self._control.dropped.connect(self._forget)
        self._control.turned.connect(self._turned)
        self.header.seeds_changed.connect(lambda _: self.wishes_changed.emit())
        self.header.axis_changed.connect(lambda _: self.wishes_changed.emit())
        self.header.double_descent_clicked.connect(self._choose_double_descent)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show a dataset, and no networks yet."""
        self._dataset = dataset
        super().set_dataset(dataset)

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """The resampled networks of this experiment, and those along the axis, while it is on."""
        self._experiment = experiment
        path, seeds = self.axis(), self.seeds()
        has_axis = is_used(experiment, path)
        self.set_current(float(fields.get(experiment, path)) if has_axis else float("nan"))
        found = {
            _BAND: StudyRequest(
                Sweep(experiment, (), seeds, resamples=True), band_of, epoch, _TITLE
            )
        }
        if self._dataset is not None and has_decomposition(self._dataset) and has_axis:
            axis = decomposition_axis(path)
            base = fields.replace(experiment, {path: axis.values[0]})
            sweep = Sweep(base, (axis,), seeds, resamples=True)
            found[_PARTS] = StudyRequest(sweep, _decompositions(seeds), epoch, _TITLE)
        return self._control.wanted(found)

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the band and the parts of the loss, as far as they are trained."""
        self._control.take({key: studies[key] for key in (_BAND, _PARTS) if key in studies})
        band, parts = studies.get(_BAND), studies.get(_PARTS)
        history = None if band is None else band.history
        self.recorded = () if history is None else history.epochs.tolist()
        if band is not None and isinstance(band.digest, Spread):
            self.set_spread(band.digest)
        elif band is not None and history is not None and self.spread.panel.dataset is None:
            train, valid = (history.values(f"{split}_loss", epoch) for split in ("train", "valid"))
            self.set_losses(SeedLosses(train, valid))
        if parts is not None and isinstance(parts.digest, list):
            self.set_decompositions(self._positions(), parts.digest)
        self.set_progress(self._control.done, self._control.is_running)
        if epoch is None and not self._control.is_running:  # also back from an earlier epoch
            self.settle()

    def _forget(self, key: str) -> None:
        if key == _BAND:
            self.set_spread(None)
            self.set_losses(None)
        else:
            positions = self._positions()
            self.set_decompositions(positions, [None] * len(positions))

    def _positions(self) -> tuple[float, ...]:
        return tuple(float(value) for value in decomposition_axis(self.axis()).values)

    def start(self) -> None:
        """Train the resampled networks, as by a click on `Start`."""
        self._control.turn(True)

    def _turned(self) -> None:
        self.set_progress(self._control.done, self._control.is_running)
        self.wishes_changed.emit()

    def _choose_double_descent(self) -> None:
        self.set_axis("model.width")
        self._control.turn(True)
        self.experiment_chosen.emit(fields.replace(self._experiment, DOUBLE_DESCENT))
