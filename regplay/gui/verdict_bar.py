"""The line of words above the plots: what the run shows, what to try, and its losses."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.history import History, Snapshot
from regplay.core.verdict import Verdict, judge
from regplay.gui.theme import colors_of
from regplay.gui.training import View
from regplay.gui.widgets import ElidedLabel, named
from regplay.session.number_text import gap_text, number

_WIDEST = ("accuracy", "-1.234e-05", "validation", "-1.234e-05")  # of each column
_PADDING = 12  # px
_NO_DATA = Verdict("untrained", "No data", "See the message above.")
_SIGNS = {
    "untrained": "○",
    "underfitting": "▽",
    "good fit": "●",
    "overfitting": "△",
    "underfitting and overfitting": "◇",
    "diverged": "✕",
}


class Headline(QLabel):
    """The verdict; the theme gives its class a font of its own."""


class VerdictBar(QWidget):
    """Shows a `Verdict` and the losses of the present moment."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("verdict")
        self.headline = named("verdict.headline", Headline())
        self.advice = named("verdict.advice", ElidedLabel())
        self.advice.setWordWrap(True)
        self.losses = named("verdict.losses", QLabel())
        self.losses.setTextFormat(self.losses.textFormat().RichText)
        metrics = self.losses.fontMetrics()
        # Of a fixed size, so that new numbers don't lay out the whole window.
        width = sum(metrics.horizontalAdvance(text) + _PADDING for text in _WIDEST)
        self.losses.setFixedSize(width, metrics.lineSpacing() * 3 + 2)
        self.losses.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.headline)
        words.addWidget(self.advice)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 10, 2)
        row.addLayout(words, 1)
        row.addWidget(self.losses)
        self._verdict: Verdict | None = None
        self._snapshot: Snapshot | None = None
        # Two lines of advice fit, so that the plots below never jump.
        self.advice.setFixedHeight(self.advice.fontMetrics().lineSpacing() * 2)
        self.advice.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)

    def show_view(self, view: View) -> None:
        """Judge a run at the moment that is shown: by what was known then, beside its losses."""
        run, is_now = view.run, view.look.epoch is None
        history = run.history if is_now else run.history.until(view.moment.epoch)
        self.set_verdict(judge(history, view.dataset, run.experiment))
        self.set_snapshot(view.moment)

    def show_untrained(self, experiment: Experiment, dataset: Dataset | None) -> None:
        """Say that nothing is trained yet, or that there are no data."""
        self.set_verdict(_NO_DATA if dataset is None else judge(History(), dataset, experiment))
        self.set_snapshot(None)

    def changeEvent(self, event: QEvent) -> None:
        """Write the losses in the colours that go with another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_snapshot"):
            self.set_snapshot(self._snapshot)

    def set_verdict(self, verdict: Verdict) -> None:
        """Show a verdict."""
        self._verdict = verdict
        self.headline.setText(f"{_SIGNS[verdict.kind]}  {verdict.headline}")
        self.advice.setText(verdict.reason)

    def set_snapshot(self, snapshot: Snapshot | None) -> None:
        """Show the losses of a snapshot, or none."""
        self._snapshot = snapshot
        if snapshot is None:
            self.losses.clear()
            return
        train, valid = snapshot.value("train_loss"), snapshot.value("valid_loss")
        rows = [("loss", number(train), number(valid), gap_text(train, valid))]
        accuracy = snapshot.value("train_accuracy")
        if accuracy == accuracy:
            held_out = snapshot.value("valid_accuracy")
            gap = f"{100 * (held_out - accuracy):+.1f} %"
            rows.append(("accuracy", f"{accuracy:.1%}", f"{held_out:.1%}", gap))
        rows.insert(0, ("", "train", "validation", "gap"))
        scheme = colors_of(self)
        plain = scheme.foreground
        colors = (plain, scheme.train, scheme.valid, plain)
        cells = "".join(
            "<tr>"
            + "".join(
                f"<td align=right style='padding-left: {_PADDING}px; color: {color}'>{text}</td>"
                for text, color in zip(row, colors, strict=True)
            )
            + "</tr>"
            for row in rows
        )
        self.losses.setText(f"<table align=right cellspacing=0 cellpadding=0>{cells}</table>")
