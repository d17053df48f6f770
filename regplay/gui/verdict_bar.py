"""The line of words above the plots: what the run shows, what to try, and its losses."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from regplay.core.history import Snapshot
from regplay.core.verdict import Verdict
from regplay.gui.plots.number_text import gap_text, number
from regplay.gui.theme import colors_of
from regplay.gui.widgets.layout import named

_WIDEST = ("accuracy", "-1.234e-05", "validation", "-1.234e-05")  # of each column
_PADDING = 12  # px
_SIGNS = {
    "untrained": "○",
    "underfitting": "▽",
    "good fit": "●",
    "overfitting": "△",
    "diverged": "✕",
}


class VerdictBar(QWidget):
    """Shows a `Verdict` and the losses of the present moment."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("verdict")
        self.headline = named("verdict.headline", QLabel())
        font = self.headline.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        self.headline.setFont(font)
        self.advice = named("verdict.advice", QLabel())
        self.advice.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.advice.setSizePolicy(policy)
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
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 10, 2)
        row.addLayout(words, 1)
        row.addWidget(self.losses)
        self._verdict: Verdict | None = None
        self._snapshot: Snapshot | None = None
        # Two lines of advice fit, so that the plots below never jump.
        self.advice.setFixedHeight(self.advice.fontMetrics().lineSpacing() * 2)
        self.advice.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)

    def changeEvent(self, event: QEvent) -> None:
        """Write the losses in the colours that go with another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_snapshot"):
            self.set_snapshot(self._snapshot)

    def set_verdict(self, verdict: Verdict) -> None:
        """Show a verdict."""
        self._verdict = verdict
        self.headline.setText(f"{_SIGNS[verdict.kind]}  {verdict.headline}")
        self._fit_advice()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much of the advice as there is room for."""
        super().resizeEvent(event)
        self._row.activate()
        self._fit_advice()

    def _fit_advice(self) -> None:
        """Leave out the end of what takes more than two lines; the tooltip has it all."""
        whole = shown = "" if self._verdict is None else self._verdict.advice
        room, metrics = self.advice.contentsRect(), self.advice.fontMetrics()
        wrapped = Qt.TextFlag.TextWordWrap

        def height(text: str) -> int:
            return metrics.boundingRect(0, 0, room.width(), 10_000, wrapped, text).height()

        while height(shown) > room.height() and " " in shown:
            shown = shown.rstrip("…").rpartition(" ")[0] + "…"
        self.advice.setText(shown)
        self.advice.setToolTip(whole if shown != whole else "")

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
