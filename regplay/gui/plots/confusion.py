"""Many inputs, several classes: which class is taken for which."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from regplay.core.datasets import Dataset
from regplay.core.fit import Fit, correct
from regplay.gui.plots.fit_panel import FitPanel
from regplay.gui.plots.legend import Entry, Legend
from regplay.gui.theme import ROLES, Colors, colors_of, mix
from regplay.gui.widgets import Toggle

_LEVELS = 32  # shades of a cell
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def confusion_counts(probabilities: NDArray[np.float64], y: NDArray[np.int64]) -> NDArray[np.intp]:
    """How many points of each class [row] are assigned each class [column]."""
    classes = probabilities.shape[1]
    flat = y * classes + probabilities.argmax(axis=1)
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes)


@lru_cache(maxsize=4)
def _shades(colors: Colors, color: str) -> list[tuple[QColor, QColor]]:
    """Ground and text of a cell, from none of a class to all of it."""
    shades = [(QColor(colors.grid), QColor(colors.muted))]
    for level in range(1, _LEVELS + 1):
        ground = QColor(mix(colors.grid, color, 0.08 + 0.92 * level / _LEVELS))
        r, g, b = ground.redF(), ground.greenF(), ground.blueF()
        light = 0.299 * r + 0.587 * g + 0.114 * b > 0.5
        shades.append((ground, QColor("#101214" if light else "#ffffff")))
    return shades


class ConfusionGrid(QWidget):
    """The counts as shaded cells; drawn again only when a count has changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts: NDArray[np.intp] = np.zeros((0, 0), dtype=np.intp)
        self._names: tuple[str, ...] = ()
        self.color: str = ROLES.train
        self.setMinimumSize(120, 90)

    @property
    def names(self) -> tuple[str, ...]:
        """The classes."""
        return self._names

    def set_names(self, names: tuple[str, ...]) -> None:
        """Name the classes; no counts yet."""
        self._names = names
        self.counts = np.zeros((0, 0), dtype=np.intp)
        self.update()

    def set_counts(self, counts: NDArray[np.intp]) -> None:
        """Show counts [true class, assigned class]."""
        if not np.array_equal(counts, self.counts):
            self.counts = counts
            self.update()

    def set_color(self, color: str) -> None:
        """Have this colour in full cells."""
        if color != self.color:
            self.color = color
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells."""
        painter, colors = QPainter(self), colors_of(self)
        painter.fillRect(self.rect(), QColor(colors.background))
        self.draw(painter, self.size(), colors)
        painter.end()

    def draw(self, painter: QPainter, size: QSize, colors: Colors) -> None:
        """Draw the cells at a size in pixels; the ground is there already."""
        metrics = QFontMetrics(painter.font())
        n, line = len(self._names), metrics.height()
        if not n:
            return
        widest = max(metrics.horizontalAdvance(name) for name in self._names)
        left = float(min(widest, size.width() * 0.25) + 12 + line)
        top = 2.0 * line + 8
        cell_w = min((size.width() - left - 8) / n, 110.0)
        cell_h = min((size.height() - top - 6) / n, 70.0)
        painter.setPen(QColor(colors.muted))
        painter.drawText(
            QRectF(left, 2, cell_w * n, line), Qt.AlignmentFlag.AlignCenter, "assigned class"
        )
        painter.save()
        painter.translate(2, top + cell_h * n)
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, cell_h * n, line), Qt.AlignmentFlag.AlignCenter, "true class")
        painter.restore()
        painter.setPen(QColor(colors.foreground))
        for index, name in enumerate(self._names):
            across = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(cell_w - 2))
            painter.drawText(
                QRectF(left + index * cell_w, line + 4, cell_w, line),
                Qt.AlignmentFlag.AlignCenter,
                across,
            )
            down = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(left - line - 10))
            painter.drawText(
                QRectF(line, top + index * cell_h, left - line - 6, cell_h), _RIGHT, down
            )
        totals = np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        shares = self.counts / totals
        levels = np.ceil(shares * _LEVELS).astype(int).tolist()
        shades = _shades(colors, colors.of(self.color))
        for row, counts in enumerate(self.counts.tolist()):
            for column, count in enumerate(counts):
                ground, text = shades[levels[row][column]]
                cell = QRectF(left + column * cell_w, top + row * cell_h, cell_w - 1, cell_h - 1)
                painter.fillRect(cell, ground)
                painter.setPen(text)
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(count))


class ConfusionView(FitPanel):
    """The confusion matrix of the training or the validation points."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = Legend()
        self.grid = ConfusionGrid()
        self.train_button, self.valid_button = Toggle("training"), Toggle("validation")
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setContentsMargins(2, 2, 2, 2)
        for button in (self.train_button, self.valid_button):
            group.addButton(button)
            row.addWidget(button)
        row.addWidget(self.legend, 1)
        self.valid_button.setChecked(True)
        group.buttonToggled.connect(self._show)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.grid, 1)

    def set_dataset(self, dataset: Dataset) -> None:
        """Show the classes."""
        self.dataset, self.fit = dataset, None
        self.grid.set_names(dataset.class_names)
        self._show()

    def set_fit(self, fit: Fit | None) -> None:
        """Show the counts."""
        self.fit = fit
        self._show()

    def _show(self, *_: object) -> None:
        dataset, fit, train = self.dataset, self.fit, self.train_button.isChecked()
        color = self.colors.train if train else self.colors.valid
        self.grid.set_color(color)
        if dataset is None or fit is None:
            self.grid.set_counts(np.zeros((0, 0), dtype=np.intp))
            self.legend.set_entries(())
            return
        split, predicted = (dataset.train, fit.train) if train else (dataset.valid, fit.valid)
        counts = confusion_counts(predicted, split.y)
        self.grid.set_counts(counts)
        right, n = int(np.trace(counts)), len(split.y)
        name = "training" if train else "validation"
        text = f"{name}: {right:,} of {n:,} right ({right / max(n, 1):.1%})"
        self.legend.set_entries((Entry("square", text, color),))


def wrong_text(dataset: Dataset, fit: Fit | None) -> str:
    """A legend's text, such as "wrong: 3 of 140, 5 of 60": training, then validation."""
    if fit is None:
        return "wrong"
    counts = [
        f"{int(np.count_nonzero(~correct(dataset, predicted, split.y)))} of {len(split.y):,}"
        for predicted, split in ((fit.train, dataset.train), (fit.valid, dataset.valid))
    ]
    return "wrong: " + ", ".join(counts)
