"""Networks of many seeds: how far they lie apart, and what their error is made of."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedLayout,
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
from regplay.core.number_text import number
from regplay.core.sweep import Sweep, decomposition_axis
from regplay.gui.controls import Combo, CountBox
from regplay.gui.plots import (
    TRAIN_SHAPE,
    VALID_SHAPE,
    Band,
    Entry,
    FitPanel,
    FitView,
    Frame,
    LegendChart,
    Points,
    PointsLayer,
    Reading,
    ReadoutRow,
    Subject,
    highest_usual,
)
from regplay.gui.seeds.decomposition import DecompositionPlot
from regplay.gui.theme import Colors, mix
from regplay.gui.training import Study, StudyRequest
from regplay.gui.widgets import (
    FlowLayout,
    Invitation,
    Press,
    Sentence,
    StudyControl,
    Toggle,
    beside,
    fill,
    named,
)

if TYPE_CHECKING:  # it loads torch, which only the thread may wait for
    from regplay.core.joint import JointTraining

_NAMES = ("training", "validation")
_LANES = (1.0, 0.0)  # heights of the two
_HALF = 0.36  # of a box's height
_SCATTER = 0.5  # of a lane's height that its points take, the first network at the top
_STEPS = 8
_ARROW = 11.0  # px, length


class BoxesLayer:
    """A box from the first to the third quartile in each lane, with a line at the median.

    Attributes
    ----------
    values, colors
        Numbers [K] and the colour of each lane; numbers that are not finite are left out.
    """

    def __init__(self) -> None:
        self.values: Sequence[Floats] = ()
        self.colors: Sequence[str] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the boxes on whole pixels."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for values, lane, color in zip(self.values, _LANES, self.colors, strict=False):
            finite = values[np.isfinite(values)]
            if len(finite) < 2:
                continue
            left, middle, right = np.round(frame.x(np.quantile(finite, (0.25, 0.5, 0.75))))
            top, bottom = np.round(frame.y([lane + _HALF, lane - _HALF]))
            box = QRectF(QPointF(left, top), QPointF(max(right, left + 1), bottom))
            painter.fillRect(box, QColor(frame.colors.of(color)))
            painter.setPen(QPen(QColor(frame.colors.foreground), 2))
            painter.drawLine(QLineF(middle, top, middle, bottom))


class BeyondLayer:
    """An arrow at the right end for each of these points that lies beyond it."""

    def __init__(self) -> None:
        self.groups: Sequence[Points] = ()

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Draw the arrows."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(QColor(frame.colors.background), 1.3))
        right = frame.width - 1
        for group in self.groups:
            painter.setBrush(QColor(frame.colors.of(group.fills[0])))
            for y in frame.y(group.y)[frame.x(group.x) > frame.width]:
                back = right - _ARROW
                corners = (back, y - _ARROW / 2), (right, y), (back, y + _ARROW / 2)
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))


class LossStrip(LegendChart):
    """Two lanes of points over the loss, training above validation, with median and quartiles.

    Attributes
    ----------
    losses
        Of K networks in training [K] and in validation [K], NaN where not begun yet; or None.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.losses: tuple[Floats, Floats] | None = None
        self.boxes = BoxesLayer()
        self.points = PointsLayer()
        self.beyond = BeyondLayer()
        self.chart.canvas.under += [self.boxes, self.points, self.beyond]
        self.chart.set_ticks("y", lambda *_: list(zip(_LANES, ("train", "valid"), strict=True)))
        self.chart.fix("y", -0.6, 1.6)
        self.chart.box.setMouseEnabled(x=True, y=False)
        self.chart.set_labels("loss", "")
        self.chart.reader = self._read
        self.clear()

    def clear(self) -> None:
        """Show no networks, and forget the range."""
        self.chart.settle("x", (0.0, 1.0), _STEPS)
        self.chart.forget("x")
        self.chart.reset_ranges()
        self.set_losses(None)

    def set_losses(self, losses: tuple[Floats, Floats] | None) -> None:
        """Show these networks, or none."""
        self.losses = losses
        self.chart.cover("x", self._usual(), _STEPS)
        self._style()

    def settle(self) -> None:
        """Give up the room that only earlier losses needed."""
        self.chart.settle("x", self._usual(), _STEPS)
        self._style()

    def _usual(self) -> list[float]:
        """What the axis holds: 0, and all losses but those that are far out."""
        if self.losses is None:
            return []
        return [0.0, *(highest_usual(one) for one in self.losses)]

    def _style(self) -> None:
        colors, losses = self.colors, self.losses
        looks = ((TRAIN_SHAPE, colors.train), (VALID_SHAPE, colors.valid))
        self.boxes.colors = [mix(colors.background, color, 0.3) for _, color in looks]
        self.boxes.values = losses or ()
        self.points.groups = ()
        if losses is not None:
            # From the top down, so that points of equal loss lie apart.
            heights = np.linspace(_SCATTER / 2, -_SCATTER / 2, len(losses[0]))
            self.points.groups = tuple(
                Points(values, lane + heights, shape, (color,), colors.background, 8)
                for values, lane, (shape, color) in zip(losses, _LANES, looks, strict=True)
            )
        self.beyond.groups = self.points.groups
        self.legend.set_entries(self._entries(colors))
        self.chart.canvas.rest()
        self.chart.refresh()

    def _entries(self, colors: Colors) -> list[Entry]:
        tip = "the line is the median of the networks; the box holds the middle half of them"
        entries = [
            Entry("circle", "training", colors.train, short="train"),
            Entry("diamond", "validation", colors.valid, short="valid"),
            Entry("band", "median and quartiles", self.boxes.colors[1], short="median", tip=tip),
        ]
        high = (self.chart.auto_range("x") or (0.0, np.inf))[1]
        far = 0 if self.losses is None else sum(int((one > high).sum()) for one in self.losses)
        if far:
            tip = "▶: losses beyond the axis, which follows the other networks"
            entries.append(Entry("none", f"▶ {far} off the axis", short=f"▶ {far}", tip=tip))
        return entries

    def _read(self, x: float, pixel: float) -> Reading | None:
        """The network whose point in the lane under the mouse is nearest."""
        losses, frame = self.losses, self.chart.frame()
        if losses is None or not np.isfinite(x):
            return None
        lane = int(np.abs(frame.y(_LANES) - pixel).argmin())
        group = self.points.groups[lane]
        across = np.clip(frame.x(group.x), 0.0, frame.width)
        away = np.hypot(across - float(frame.x(x)), frame.y(group.y) - pixel)
        if not np.isfinite(away).any():
            return None
        at = int(np.nanargmin(away))
        rows = [
            ReadoutRow(
                name, number(one[at]), color, float(frame.y(group.y[at])) if k == lane else None
            )
            for k, (name, one, color) in enumerate(
                zip(_NAMES, losses, (self.colors.train, self.colors.valid), strict=True)
            )
        ]
        rows.append(ReadoutRow(f"median {_NAMES[lane]}", number(float(np.nanmedian(group.x)))))
        title = f"Network {at + 1} of {len(losses[0])}"
        return Reading(float(across[at]), title, tuple(rows))


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
        self._has_parts = False
        self._stage: int | None = -1  # quarter of the training in which the axes settled last
        self.box = named("seeds.count", CountBox())
        self.box.setRange(_FEWEST, _MOST)
        self.box.setValue(_DEFAULT)
        self.box.setToolTip(
            "How many networks are trained at each position, each with points, noise and initial "
            "weights of its own"
        )
        self.combo = named("seeds.axis", Combo())
        self.combo.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        for path in DECOMPOSED:
            self.combo.addItem(FIELDS[path].label, path)
        self.combo.setToolTip("What bias² and variance are measured against")
        self.control = StudyControl("seeds")
        self.control.set_start("Train all of these networks")
        tip = (
            "An experiment whose validation loss falls with the width, rises as networks come to "
            "fit the noise, and falls again beyond"
        )
        self.double_descent = named("seeds.doubleDescent", Press("Double descent", tip))
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
        row = FlowLayout()
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        for text, widget in (("Seeds", self.box), ("against", self.combo)):
            label = QLabel(text)
            label.setBuddy(widget)
            row.addWidget(beside(label, widget))
        row.add_growing(self.control)
        row.addWidget(self.double_descent)
        self._both, self._pages = QWidget(), QStackedLayout()
        self._plots = fill(QHBoxLayout(self._both), (self.spread, _PLOT), spacing=8)
        fill(QVBoxLayout(self), row, (self._pages, 1))
        self._pages.addWidget(self._both)
        self._pages.addWidget(self.invitation)
        self._right = QStackedLayout()
        self._plots.addLayout(self._right, _PLOT)
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
        self._has_parts = not reason
        rest = "spread of the fits is" if dataset.n_inputs <= 2 else "losses of the networks are"
        sentences = f"{reason} So only the {rest} shown. {overlap(dataset)}"
        self.sentence.set_text(sentences.rstrip())
        if self._has_parts:
            targets = np.asarray(dataset.targets(dataset.valid.y), dtype=float)
            self.decomposition.set_scale(max(float(targets.var()), 1e-12))
        self._right.setCurrentIndex(0 if self._has_parts else 1)
        self.combo.setEnabled(self._has_parts)
        # A sentence leaves most of the room to the plot beside it.
        self._plots.setStretch(1, _PLOT if self._has_parts else _SENTENCE)

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
        count = self.box.value()
        text = (
            f"The same experiment on {count} other draws of the data: how far the networks lie "
            "apart."
        )
        if has_parts:
            positions = len(self._positions())
            text += (
                f" And at {positions} values of {FIELDS[self.path].label.lower()}: bias², variance "
                "and noise, which together are the error."
            )
            count *= 1 + positions
        self.invitation.set_texts(text, f"Train {count:,} networks")
        is_empty = not (self.control.is_on or self.control.studies)
        self._pages.setCurrentWidget(self.invitation if is_empty else self._both)

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Show the band and the parts of the loss, as far as they are trained."""
        self.control.take({key: studies[key] for key in (_BAND, _PARTS) if key in studies})
        band, parts = studies.get(_BAND), studies.get(_PARTS)
        history = None if band is None else band.history
        self.recorded = () if history is None else history.epochs.tolist()
        if band is not None and isinstance(band.digest, Spread):
            self.spread.set_spread(band.digest)
        elif history is not None and self.spread.panel.dataset is None:
            train, valid = (history.values(f"{split}_loss", epoch) for split in ("train", "valid"))
            self.spread.strip.set_losses((train, valid))
        if parts is not None and isinstance(parts.digest, list):
            self.decomposition.set_decompositions(self._positions(), parts.digest)
        self.show_progress(self.control.done, self.control.is_running)
        if epoch is None and not self.control.is_running:  # also back from an earlier epoch
            self._settle()

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
