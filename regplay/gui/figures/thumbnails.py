"""Small pictures of what texts are about: data, fits, losses, curves, drawn as everywhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from regplay.core.datasets import Dataset, DatasetError, load
from regplay.core.experiment import Experiment
from regplay.core.fit import Fit, grid_of
from regplay.core.history import History
from regplay.core.sweep import Lineup
from regplay.gui.controls import CurvePicture
from regplay.gui.figures.figure import figure_frame, paint_layers
from regplay.gui.plots import (
    Chart,
    ChartPanel,
    ConfusionView,
    FitView,
    GridLayer,
    MeasurePlot,
    Overlay,
    PredictedView,
    Scale,
    Subject,
    paint_images,
)
from regplay.gui.theme import Colors, colors_of, mix
from regplay.gui.training import Study, StudyRequest, StudyScheduler, SweepCurve, curve_of
from regplay.session.illustrated import Illustrated

if TYPE_CHECKING:
    from regplay.core.joint import JointTraining

_ALL = Subject(past=0, marks_wrong=False)
_TRAINED = replace(_ALL, splits=("training",))  # of more there is seldom room
_EDGE = 8.0  # px around what is no chart


@dataclass(frozen=True, eq=False)
class _Drawn:
    """What is known of one picture; nothing is trained without fits, history or curve."""

    dataset: Dataset
    fits: tuple[Fit, ...] = ()
    history: History | None = None
    curve: SweepCurve | None = None


def _predicted(training: "JointTraining", _: int | None) -> tuple[Fit, ...]:
    """What each member predicts in the end; none while they train."""
    if not training.finished:
        return ()
    members = enumerate(training.datasets)
    return tuple(training.fit(grid_of(dataset), member) for member, dataset in members)


class Thumbnails(QObject):
    """Trains the networks of pictures, one picture after another, and paints them.

    At first a picture shows the points alone.

    Parameters
    ----------
    subjects
        What there are pictures of.
    studies
        Who has networks trained.
    owner
        Owns the plots that it paints by, which are never shown.

    Signals
    -------
    changed
        (int): this picture shows more than before, by its index.
    """

    changed = Signal(int)

    def __init__(
        self, subjects: list[Illustrated], studies: StudyScheduler, owner: QWidget
    ) -> None:
        super().__init__(owner)
        self._subjects, self._studies = subjects, studies
        self._keys = [f"picture of {subject.title}" for subject in subjects]
        self._drawn: dict[int, _Drawn] = {}
        self._trained: set[int] = set()
        self._is_on = False
        self._view = FitView(owner, _TRAINED)
        self._losses = MeasurePlot("loss")
        self._losses.set_log("y", True)
        self._losses.setParent(owner)
        for widget in (self._view, self._losses):
            widget.hide()
        self._loading = QTimer(self)
        self._loading.setInterval(0)
        self._loading.timeout.connect(self._load_next)
        studies.add(self)

    def set_in_sight(self, is_in_sight: bool) -> None:
        """Train only what somebody looks at; what is trained stays."""
        self._is_on = is_in_sight
        if is_in_sight:
            self._loading.start()
        else:
            self._loading.stop()
        self._studies.reconsider()

    def _load_next(self) -> None:
        """Make the data of one picture: of all at once would hold up the window."""
        for index, subject in enumerate(self._subjects):
            if index not in self._drawn and subject.picture != "table":
                try:
                    self._drawn[index] = _Drawn(load(subject.experiment.data))
                except DatasetError:
                    continue
                self.changed.emit(index)
                return
        self._loading.stop()

    # as one who has networks trained

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """The networks of the pictures in sight that are not trained yet."""
        if not self._is_on:
            return {}
        found = {}
        for index, subject in enumerate(self._subjects):
            sweep = subject.sweep
            if sweep is not None and index not in self._trained:
                digest = _predicted if isinstance(sweep, Lineup) else None
                found[self._keys[index]] = StudyRequest(sweep, digest, title=subject.title)
        return found

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Draw those that are trained."""
        if not self._is_on:
            return
        for index, key in enumerate(self._keys):
            study = studies.get(key)
            history = None if study is None else study.history
            if study is None or history is None or not history.finished or index in self._trained:
                continue
            fits = study.digest if isinstance(study.digest, tuple) else ()
            if isinstance(study.sweep, Lineup) and not fits:
                continue  # they are complete, but not predicted yet
            known = self._drawn.get(index)
            dataset = known.dataset if known else load(self._subjects[index].experiment.data)
            curve = None if isinstance(study.sweep, Lineup) else curve_of(study, None)
            self._drawn[index] = _Drawn(dataset, fits, history.member(0), curve)
            self._trained.add(index)
            self.changed.emit(index)

    # painting

    def pixmap(self, index: int, size: QSizeF, ratio: float, palette: QPalette) -> QPixmap:
        """One picture at a size in pixels, in the colours that go with a palette.

        Parameters
        ----------
        ratio
            Device pixels per pixel.
        """
        picture = QPixmap((size * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        colors = colors_of(palette)
        picture.fill(QColor(colors.background))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(0, 0, size.width(), size.height())
        subject, drawn = self._subjects[index], self._drawn.get(index)
        if subject.picture == "table":
            _paint_table(painter, area, colors)
        elif drawn is None:
            pass  # it comes within a moment
        elif subject.picture == "images":
            _paint_images(painter, area, drawn.dataset, colors)
        elif subject.picture == "losses":
            self._paint_losses(painter, area, subject.experiment, drawn, colors)
        elif drawn.curve is not None:
            _paint_curve(painter, area.size(), ratio, drawn.curve, colors)
        else:
            self._paint_fit(painter, area, subject, drawn, colors)
        painter.end()
        return picture

    def _paint_fit(
        self, painter: QPainter, area: QRectF, subject: Illustrated, drawn: _Drawn, colors: Colors
    ) -> None:
        view = self._view
        view.set_dataset(drawn.dataset)
        panel = view.panel
        wanted = _ALL if subject.validates else _TRAINED
        if panel.subject != wanted:
            panel.subject = wanted
            panel.set_dataset(drawn.dataset)
        if len(drawn.fits) > 1:
            names = [f"{subject.along} = {value}" for value in subject.values]
            pairs = zip(names, drawn.fits, strict=True)
            panel.set_overlays([Overlay(name, colors.fit, fit) for name, fit in pairs])
        elif drawn.fits:
            panel.set_fit(drawn.fits[0])
        if isinstance(panel, ChartPanel):
            _paint_chart(painter, area, panel.chart, colors)
        elif isinstance(panel, PredictedView):
            _paint_chart(painter, area, panel.chart_panel.chart, colors)
        elif isinstance(panel, ConfusionView):
            size = area.size().toSize().toSizeF()
            panel.grid.draw(painter, figure_frame(painter, size, Scale(), Scale(), colors))

    def _paint_losses(
        self, painter: QPainter, area: QRectF, experiment: Experiment, drawn: _Drawn, colors: Colors
    ) -> None:
        plot = self._losses
        plot.set_planned(experiment.epochs)
        dataset = drawn.dataset
        bounds_validation = dataset.valid_noise_floor == dataset.noise_floor
        plot.set_floor(dataset.noise_floor or None, "", bounds_validation=bounds_validation)
        plot.set_history(drawn.history or History())
        plot.start_ranges()
        _paint_chart(painter, area, plot, colors)


def _paint_chart(painter: QPainter, area: QRectF, chart: Chart, colors: Colors) -> None:
    """What is inside the axes of a chart, in an area of any size, without grid lines."""
    layers = (layer for layer in chart.layers() if not isinstance(layer, GridLayer))
    paint_layers(painter, area, chart.axes(), layers, colors)


def _paint_curve(
    painter: QPainter, size: QSizeF, ratio: float, curve: SweepCurve, colors: Colors
) -> None:
    picture, places = CurvePicture(), range(len(curve.values))
    picture.set_curve(curve)
    has_zero = curve.values[0] == 0
    picture.place(size, places, places[-1], _EDGE, ratio, colors, has_zero=has_zero)
    picture.draw(painter)


def _paint_images(painter: QPainter, area: QRectF, dataset: Dataset, colors: Colors) -> None:
    """As many of the training points as there is room for, each a square image."""
    inner = area.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
    rows = 3
    cell = inner.height() / rows
    columns = int(inner.width() // cell)
    inner.setLeft(inner.left() + (inner.width() - columns * cell) / 2)
    inner.setWidth(columns * cell)
    paint_images(painter, inner, dataset.train.x[: rows * columns], columns, colors)


def _paint_table(painter: QPainter, area: QRectF, colors: Colors) -> None:
    """Rows and columns of nothing in particular, the last column in the colour of a target."""
    columns, rows = 4, 6
    inner = area.adjusted(4 * _EDGE, 2 * _EDGE, -4 * _EDGE, -2 * _EDGE)
    width, height = inner.width() / columns, inner.height() / rows
    painter.setPen(Qt.PenStyle.NoPen)
    for row in range(rows):
        for column in range(columns):
            share = 0.85 if row == 0 else 0.45 + 0.3 * ((5 * row + 3 * column) % 4) / 3
            ink = colors.fit if column == columns - 1 else colors.muted
            painter.setBrush(QColor(mix(colors.background, ink, 0.9 if row == 0 else 0.45)))
            top = inner.top() + row * height + 0.3 * height
            bar = QRectF(inner.left() + column * width, top, share * (width - 8), 0.4 * height)
            painter.drawRoundedRect(bar, 2, 2)
    painter.setPen(QPen(QColor(colors.muted), 1))
    y = inner.top() + height
    painter.drawLine(QPointF(inner.left(), y), QPointF(inner.right() - 8, y))
