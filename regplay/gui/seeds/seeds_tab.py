"""Networks of many seeds: how far they lie apart, and what their error is made of."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QSizePolicy,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from regplay.core import fields
from regplay.core.arrays import Floats
from regplay.core.bias_variance import DOUBLE_DESCENT, Decomposition, Spread, overlap, why_not
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS
from regplay.core.fit import Fit
from regplay.core.hyperparameters import DECOMPOSED, is_used
from regplay.core.number_text import counted
from regplay.core.sweep import Sweep, decomposition_axis
from regplay.gui.plots import Band, FitPanel, FitView, Subject
from regplay.gui.seeds.decomposition import DecompositionPlot
from regplay.gui.seeds.loss_strip import LossStrip
from regplay.gui.training import Study, StudyRequest
from regplay.gui.widgets import (
    ComboBox,
    CountBox,
    FlatButton,
    FlowLayout,
    Invitation,
    Label,
    Sentence,
    StudyControl,
    Toggle,
    TwoColumns,
    beside,
    fill,
    named,
)

if TYPE_CHECKING:  # it loads torch, which only the thread may wait for
    from regplay.core.joint import JointTraining

SEEDS = Subject(
    name="seeds",
    fit="mean fit",
    short="mean",
    band="",
    networks="the networks",
    member="network",
    member_tip="each network, trained with a seed of its own",
    splits=("training",),
    points_tip="training points of the present dataset; other seeds may have others",
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


def _fit(values: Floats) -> Fit:
    """Predictions on the grid [n] or [n, classes], of which nothing else is known."""
    return Fit(epoch=0, step=0, train=values[:0], valid=values[:0], grid=values)


_FEWEST, _MOST, _DEFAULT = 5, 100, 20
_PLOT, _SENTENCE = 5, 2  # shares of the width
_BAND, _PARTS = "seeds.band", "seeds.parts"
_TITLE = "A resampled network"


# Requests for the same compare equal, as these do.


def _band(training: "JointTraining", epoch: int | None) -> Spread | None:
    return training.band(epoch)


@cache
def _decompositions(seeds: int) -> Callable[..., list[Decomposition | None]]:
    return lambda training, epoch: training.decompositions(epoch, seeds=seeds)


class SeedsTab(QWidget):
    """The spread of the fits on the left, bias² + variance + noise on the right.

    The resampled networks are trained while the `StudyControl` is on; they follow the epoch handle.

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
        self.setObjectName("seeds")
        self.recorded: Sequence[int] = ()
        self._experiment = Experiment()
        self._has_parts = self._is_fixed = False
        self._stage: int | None = -1  # quarter of the training in which the axes settled last
        self.box = named("seeds.count", CountBox())
        self.box.setRange(_FEWEST, _MOST)
        self.box.setValue(_DEFAULT)
        self.box.setToolTip(
            "How many networks are trained at each position, each with a seed of its own: initial "
            "weights, and points and noise where these are drawn"
        )
        labels = {FIELDS[path].label: path for path in DECOMPOSED}
        self.combo = named("seeds.axis", ComboBox(labels))
        self.combo.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.combo.setToolTip("What bias² and variance are measured against")
        self.control = StudyControl("seeds")
        self.control.set_start("Train all of these networks")
        tip = (
            "An experiment whose validation loss falls with the width, rises as networks come to "
            "fit the noise, and falls again beyond"
        )
        self.double_descent = named("seeds.doubleDescent", FlatButton("Double descent", tip))
        self.diverged = named("seeds.diverged", Label())
        self.diverged.hide()
        self.spread = SpreadView()
        self.decomposition = DecompositionPlot()
        self.decomposition.set_axis(self.path)
        self.sentence = Sentence("seeds.noDecomposition")
        self.invitation = Invitation("seeds.invitation")
        self._compose()
        self.box.valueChanged.connect(self.wishes_changed)
        self.combo.currentIndexChanged.connect(self._choose_axis)
        self.control.dropped.connect(self._forget)
        self.control.turned.connect(self._turned)
        self.invitation.accepted.connect(lambda: self.control.turn(True))
        self.double_descent.clicked.connect(self._choose_double_descent)

    def _compose(self) -> None:
        row = FlowLayout((8, 4, 8, 4), 8)
        for text, widget in (("Seeds", self.box), ("against", self.combo)):
            label = Label(text)
            label.setBuddy(widget)
            row.addWidget(beside(label, widget))
        row.add_growing(self.control)
        row.addWidget(self.double_descent)
        row.addWidget(self.diverged)
        self._both, self._pages, self._right = QWidget(), QStackedLayout(), QStackedWidget()
        fill(QVBoxLayout(self), row, (self._pages, 1))
        self._plots = TwoColumns((_PLOT, _PLOT), 8, self._both)
        self._plots.add(self.spread)
        self._plots.add(self._right)
        self._pages.addWidget(self._both)
        self._pages.addWidget(self.invitation)
        self._right.addWidget(self.decomposition)  # once there is a window that it is part of
        self._right.addWidget(self.sentence)

    @property
    def path(self) -> str:
        """The field along the right plot's axis, one of `DECOMPOSED`."""
        return str(self.combo.currentData())

    def set_dataset(self, dataset: Dataset) -> None:
        """Show a dataset, and no networks yet; decides whether there is a decomposition."""
        self.spread.set_dataset(dataset)
        reason = why_not(dataset)
        self._has_parts, self._is_fixed = not reason, dataset.is_fixed
        rest = "spread of the fits is" if dataset.n_inputs <= 2 else "losses of the networks are"
        sentences = f"{reason} So only the {rest} shown. {overlap(dataset)}"
        self.sentence.set_text(sentences.rstrip())
        if self._has_parts:
            targets = np.asarray(dataset.targets(dataset.valid.y), dtype=float)
            self.decomposition.set_scale(max(float(targets.var()), 1e-12))
        self._right.setCurrentIndex(0 if self._has_parts else 1)
        self.combo.setEnabled(self._has_parts)
        # A sentence leaves most of the room to the plot beside it.
        self._plots.set_shares((_PLOT, _PLOT if self._has_parts else _SENTENCE))

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """The resampled networks of this experiment, and those along the axis, while it is on."""
        self._experiment = experiment
        path, seeds = self.path, self.box.value()
        has_axis = is_used(experiment, path)
        present = float(fields.get(experiment, path)) if has_axis else float("nan")
        self.decomposition.set_current(present)
        sweep = Sweep(experiment, (), seeds, resamples=True)
        found = {_BAND: StudyRequest(sweep, _band, epoch, _TITLE)}
        if self._has_parts and has_axis:
            axis = decomposition_axis(path)
            base = fields.replace(experiment, {path: axis.values[0]})
            sweep = Sweep(base, (axis,), seeds, resamples=True)
            found[_PARTS] = StudyRequest(sweep, _decompositions(seeds), epoch, _TITLE)
        wanted = self.control.wanted(found)
        self._invite(has_parts=_PARTS in found)
        return wanted

    def _invite(self, has_parts: bool) -> None:
        """Say what will be seen, and show the plots once there is something in them."""
        count, models = self.box.value(), f"{self._experiment.model.kind}s"
        others = "with {} seeds" if self._is_fixed else "on {} other draws of the data"
        text = f"The same experiment {others.format(count)}: how far the {models} lie apart."
        if has_parts:
            positions = len(self._positions())
            text += (
                f" And at {positions} values of {FIELDS[self.path].label.lower()}: bias², variance "
                "and noise, which together are the error."
            )
            count *= 1 + positions
        self.invitation.set_texts(text, f"Train {count:,} {models}")
        is_empty = not (self.control.is_on or self.control.studies)
        self._pages.setCurrentWidget(self.invitation if is_empty else self._both)

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the band and the parts of the loss, as far as they are trained."""
        self.control.take({key: studies[key] for key in (_BAND, _PARTS) if key in studies})
        band, parts = studies.get(_BAND), studies.get(_PARTS)
        history = None if band is None else band.history
        self.recorded = () if history is None else history.epochs.tolist()
        if history is not None and self.spread.panel.dataset is None:
            train, valid = (
                np.where(history.diverged, np.nan, history.values(f"{split}_loss", epoch))
                for split in ("train", "valid")
            )
            self.spread.strip.set_losses((train, valid))
        elif band is not None:
            self.spread.set_spread(band.digest if isinstance(band.digest, Spread) else None)
        if parts is not None and isinstance(parts.digest, list):
            self.decomposition.set_decompositions(self._positions(), parts.digest)
        self._tell_diverged()
        self.show_progress(self.control.done, self.control.is_running)
        if epoch is None and not self.control.is_running:  # also back from an earlier epoch
            self._settle()

    def _tell_diverged(self) -> None:
        """Say how many networks diverged, and so are not shown."""
        known = [one.history for one in self.control.studies.values() if one.history is not None]
        count = sum(int(history.diverged.sum()) for history in known)
        networks = counted(sum(history.members for history in known), "network")
        self.diverged.setText(f"{count:,} of {networks} diverged: lower the learning rate")
        self.diverged.setVisible(count > 0)

    def show_progress(self, progress: float, is_running: bool) -> None:
        """Let the axes settle at each quarter of the training, and when it ends or is stopped."""
        stage = int(4 * progress) if is_running else None
        if stage != self._stage:
            self._stage = stage
            self._settle()

    def _settle(self) -> None:
        """Give the axes the ranges of what is shown; otherwise they only grow."""
        self.spread.panel.fit_ranges()
        self.spread.strip.settle()
        self.decomposition.settle()

    def _forget(self, key: str) -> None:
        self._tell_diverged()
        if key == _BAND:
            self.spread.set_spread(None)
            self.spread.strip.set_losses(None)
        else:
            positions = self._positions()
            self.decomposition.set_decompositions(positions, [None] * len(positions))

    def _positions(self) -> tuple[float, ...]:
        return tuple(float(value) for value in decomposition_axis(self.path).values)

    def _choose_axis(self) -> None:
        self.decomposition.set_axis(self.path)
        self.wishes_changed.emit()

    def _turned(self) -> None:
        self.show_progress(self.control.done, self.control.is_running)
        self.wishes_changed.emit()

    def _choose_double_descent(self) -> None:
        self.combo.setCurrentIndex(DECOMPOSED.index("model.width"))
        self.control.turn(True)
        self.experiment_chosen.emit(fields.replace(self._experiment, DOUBLE_DESCENT))
