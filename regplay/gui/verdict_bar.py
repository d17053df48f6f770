"""The words above the plots: what the run shows, which nearby setting does better, its losses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from regplay.core.advice import SettingChange, Tried, compare, lineup, neighbours
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.history import History, Snapshot
from regplay.core.number_text import gap_text, number, percent_text
from regplay.core.verdict import Verdict, judge
from regplay.gui.theme import VERDICTS, colors_of, sized, zoomed
from regplay.gui.training import Clock, Study, StudyRequest, Timer, View
from regplay.gui.widgets import (
    LOOK_EVENTS,
    ElidedLabel,
    FlatButton,
    Label,
    as_plain,
    fill,
    fill_rounded,
    named,
)
from regplay.session.session import Run

if TYPE_CHECKING:  # torch takes a second to import, and the window shows before that
    from regplay.core.joint import JointTraining

_USUAL = ("0.01234", "0.01234", "−0.01234")  # losses and their gap, of which few are wider
_NAMES = 0.72  # of the size of the numbers
_PADDING = 12  # px between columns
_MARGINS = (10, 3, 10, 3)  # px around a verdict
_LOW = 460  # px of the window's height at 100 %: below, an audience has one line of words less
_ABOUT_TO_TRAIN = Verdict("untrained", "Not trained yet", "")  # such as while PyTorch is loaded
_SIGNS = {
    "untrained": "○",
    "still learning": "↘",
    "underfitting": "▽",
    "good fit": "●",
    "overfitting": "△",
    "underfitting and overfitting": "◇",
    "diverged": "✕",
}
_STUDY = "verdict.neighbours"
_STANDS = 0.5  # s that another verdict on a run holds before it is shown, while the run goes on
_STANDS_AMONG = 0.2  # s that one on other networks holds, in a film: these may soon differ much
_OUTDATED = 0.5  # s for which advice on the settings before waits for that on the present ones


class Headline(ElidedLabel):
    """A verdict on its colour; the kind alone where there is no room for since when.

    The theme gives its class a font of its own.
    """

    def __init__(self) -> None:
        super().__init__()
        self._verdict: Verdict | None = None
        self._kind = ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setContentsMargins(*_MARGINS)
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.WindowText, Qt.GlobalColor.white)
        self.setPalette(palette)

    def set_verdict(self, verdict: Verdict) -> None:
        if verdict != self._verdict:
            self._verdict, sign = verdict, _SIGNS[verdict.kind]
            self._kind = f"{sign}  {verdict.kind.capitalize()}"
            self.setText(f"{sign}  {verdict.headline}", self._kind)
            self.setToolTip(as_plain(verdict.headline))
            self.setAccessibleName(verdict.headline)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return self._size_of(self.text())

    def minimumSizeHint(self) -> QSize:
        """Room for the kind."""
        return self._size_of(self._kind)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words on their colour."""
        if self._verdict is not None:
            width = min(self._size_of(self.shown).width(), self.width())
            with QPainter(self) as painter:
                color = QColor(VERDICTS[self._verdict.kind])
                fill_rounded(painter, QRectF(0, 0, width, self.height()), color, 6.0)
        super().paintEvent(event)

    def _size_of(self, text: str) -> QSize:
        metrics = self.fontMetrics()
        words = QSize(metrics.size(0, text).width(), metrics.height())
        return words.grownBy(self.contentsMargins())


class Explanation(ElidedLabel):
    """One line or two of small words; the theme gives its class a font of its own."""

    resized = Signal()  # there may be room for other words

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell of it, once the words fit."""
        super().resizeEvent(event)
        self.resized.emit()


_HEADINGS = "", "train", "validation", "gap"


class Losses(Label):
    """A small table of numbers; the theme gives its class a font of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[Sequence[str]] = ()
        self._size: QSize | None = None  # that they need, once it was asked for
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def set_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show rows of the name, the training and validation loss and the gap."""
        self._rows, self._size, scheme = rows, None, colors_of(self)
        colors = (scheme.foreground, scheme.train, scheme.valid, scheme.foreground)
        small = f"font-size: {self._name_font().pixelSize()}px; "
        table = ""
        for number_of, row in enumerate([_HEADINGS, *rows]):
            cells = ""
            for column, (text, color) in enumerate(zip(row, colors, strict=True)):
                size = "" if column and number_of else small
                left = _PADDING if column else 0
                style = f"{size}padding-left: {left}px; color: {color}"
                cells += f"<td align=right valign=middle style='{style}'>{escape(text)}</td>"
            table += f"<tr>{cells}</tr>"
        self.setText(f"<table align=right cellspacing=0 cellpadding=0>{table}</table>")

    def changeEvent(self, event: QEvent) -> None:
        """Write the numbers in another palette's colours, or beside names in another font."""
        super().changeEvent(event)
        self._size = None
        if event.type() in LOOK_EVENTS and self.text():
            self.set_rows(self._rows)

    def sizeHint(self) -> QSize:
        """What the present rows need; that of a label keeps the width of an earlier table."""
        if self._size is None:  # layouts ask several times
            self._size = self._size_of_rows()
        return self._size

    def _size_of_rows(self) -> QSize:
        numbers, names = self.fontMetrics(), QFontMetrics(self._name_font())
        width = 3 * _PADDING
        for column, texts in enumerate(zip(_HEADINGS, *self._rows, strict=True)):
            heading, *others = texts
            metrics = numbers if column else names
            advances = [names.horizontalAdvance(heading), *map(metrics.horizontalAdvance, others)]
            width += max(advances)
        return QSize(width, names.height() + len(self._rows) * numbers.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def fit_text(self) -> None:
        """Keep room for usual numbers, so that others don't lay out the window in each frame."""
        numbers, names = self.fontMetrics(), QFontMetrics(self._name_font())
        width = sum(numbers.horizontalAdvance(text) + _PADDING for text in _USUAL)
        height = names.height() + 2 * numbers.height()
        self.setMinimumWidth(names.horizontalAdvance("accuracy") + width)
        self.setFixedHeight(height + 2)

    def _name_font(self) -> QFont:
        return sized(self.font(), _NAMES)


@dataclass(frozen=True)
class _Compare:
    """What finished neighbours with these changes show; computed on the training thread."""

    changes: tuple[SettingChange, ...]

    def __call__(self, training: "JointTraining", epoch: int | None) -> Tried | None:
        return compare(training, self.changes) if training.finished else None


class VerdictBar(QWidget):
    """Shows a `Verdict`, advice that was tried, and the losses of the present moment.

    The verdict is there at once. While a run goes on, or is replayed, another one is shown only
    after it has held for half a second: losses near a threshold pass it to and fro. Neighbours of
    the experiment are trained once its run has come to an end, and what they show joins it. It
    takes the place of what was advised before, where it is known soon enough; what was advised
    also stays where something else is shown for a moment, such as other networks along a slider's
    curve, or an earlier epoch.
    """

    try_wanted = Signal(object)  # (dict): make these changes, by field path
    wishes_changed = Signal()  # other neighbours are to be trained, or none

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("verdict")
        self._clock = clock
        self._is_going_on = self._is_in_a_film = False
        self._shown: tuple[Run, str] | None = None  # of which run which kind of verdict is shown
        self._other_since: float | None = None  # s; when another kind was found, and was since
        self.headline = named("verdict.headline", Headline())
        self.reason = named("verdict.reason", Explanation())
        self.advice = named("verdict.advice", Explanation())
        self.button = named("verdict.try", FlatButton("Try it"))
        self.button.clicked.connect(self._try)
        self.reason.resized.connect(self._show_advice)
        self.losses = named("verdict.losses", Losses())
        self._first, self.advice_row = QWidget(), QWidget()
        self._judgement = QHBoxLayout(self._first)
        fill(self._judgement, self.headline, (self.reason, 1), spacing=8)
        fill(QHBoxLayout(self.advice_row), self.button, (self.advice, 1), spacing=8)
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(8, 4, 8, 4)
        grid.setHorizontalSpacing(_PADDING // 2)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.setSizeConstraint(QGridLayout.SizeConstraint.SetNoConstraint)  # see minimumSizeHint
        self._is_stacked, self._is_low = False, False
        self._view: View | None = None
        self._judged: Run | None = None  # at its end, so that neighbours are to be trained
        self._changes: tuple[SettingChange, ...] | None = None  # theirs, once they are asked for
        # What the neighbours of the present experiment showed; None before
        self.tried: Tried | None = None
        self._outdated: Timer | None = None  # while there is advice on the settings before
        self._verdict, self._problem = _ABOUT_TO_TRAIN, ""
        self._arrange()
        self._make_room()  # by the fonts that the parts have in here

    def set_stacked(self, is_stacked: bool) -> None:
        """Have the reason below the verdict, and the advice below all: large letters need that.

        In a low window the reason has no line of its own, but that of the advice until it comes.
        """
        self._is_stacked = is_stacked
        self._is_low = self._has_low_window()
        self._arrange()

    def _has_low_window(self) -> bool:
        return self._is_stacked and self.window().height() < zoomed(_LOW)

    def _arrange(self) -> None:
        ways, is_below = QBoxLayout.Direction, self._is_stacked and not self._is_low
        self._judgement.setDirection(ways.TopToBottom if self._is_stacked else ways.LeftToRight)
        self.reason.setVisible(not self._is_low)
        self._grid.addWidget(self._first, 0, 0)
        self._grid.addWidget(self.advice_row, 1, 0, 1, 2 if is_below else 1)
        self._grid.addWidget(self.losses, 0, 1, 1 if is_below else 2, 1)
        self._show_advice()

    def show_view(self, view: View) -> None:
        """Judge a run at the moment that is shown: by what was known then, beside its losses."""
        self._view = view
        if view.is_preview or view.look.epoch is not None:
            self._outdate()
        if not view.is_preview:
            self._want_neighbours(view)
        self._judge()
        self.set_snapshot(view.moment)

    def set_going_on(self, is_going_on: bool) -> None:
        """Whether moments follow one another by themselves; once they don't, the last is judged."""
        self._is_going_on = is_going_on
        if is_going_on and self._view is None:
            self.set_verdict(_ABOUT_TO_TRAIN)
        self._judge_anew()

    def set_in_a_film(self, is_in_a_film: bool) -> None:
        """Whether moments, and networks as if they were moments, follow one another in a film."""
        self._is_in_a_film = is_in_a_film
        self._judge_anew()

    def _judge_anew(self) -> None:
        """Judge what rests at once, whatever is shown."""
        if self._is_in_a_film:
            return
        self._shown = None
        if self._view is not None and not self._is_going_on:
            self._judge()

    def show_untrained(
        self, experiment: Experiment, dataset: Dataset | None, why: str = ""
    ) -> None:
        """Say that nothing is trained yet, or why there are no data."""
        self._view = self._shown = None
        self._forget()
        self._end_outdated()
        no_data = Verdict("untrained", "No data", why)
        self.set_verdict(no_data if dataset is None else judge(History(), dataset, experiment))
        self.set_snapshot(None)

    def set_problem(self, problem: str) -> None:
        """Say why a run is not trained any further, whatever is shown, until there is no reason."""
        self._problem = problem
        self.set_verdict(self._verdict)

    def wanted(self, experiment: Experiment, epoch: int | None) -> Mapping[str, StudyRequest]:
        """The neighbours of an experiment whose run is at its end."""
        if self._judged is None or experiment != self._judged.experiment:
            return {}
        if self._changes is None:
            self._changes = tuple(neighbours(experiment, self._judged.history))
        if not self._changes:
            return {}
        digest, title = _Compare(self._changes), "Trying nearby settings"
        sweep = lineup(experiment, self._changes)
        return {_STUDY: StudyRequest(sweep, digest, title=title)}

    def show_studies(self, studies: Mapping[str, Study], epoch: int | None) -> None:
        """Add what they showed."""
        study = studies.get(_STUDY)
        tried = None if study is None or not study.finished else study.digest
        assert tried is None or isinstance(tried, Tried)
        if tried is not self.tried:
            self._set_tried(tried)
            if self._view is not None:
                self._judge()

    def _want_neighbours(self, view: View) -> None:
        """Those of a run that has come to its end as its experiment says, from the start."""
        run = view.run
        is_whole = view.is_finished and not run.changed_at
        if not is_whole:
            self._forget()
        elif self._judged is None or run.experiment != self._judged.experiment:
            self._work_on(run)

    def _forget(self) -> None:
        if self._judged is not None:
            self._work_on(None)

    def _work_on(self, judged: Run | None) -> None:
        """Ask for the neighbours of another run, or of none."""
        self._judged, self._changes = judged, None
        self._set_tried(None)
        self._show_advice()
        self.wishes_changed.emit()

    def _set_tried(self, tried: Tried | None) -> None:
        """Have this to tell; where it is nothing any more, what is told stays for a moment."""
        if tried is None:
            self._outdate()
        self.tried = tried

    def _outdate(self) -> None:
        """Let what is told stay for a moment, though what is shown now is something else."""
        is_told = self.tried is not None and self.advice.text() == self.tried.text
        if is_told and self._outdated is None:
            self._outdated = self._clock.later(_OUTDATED, self._end_outdated)

    def _end_outdated(self) -> None:
        if self._outdated is not None:
            self._outdated.stop()
            self._outdated = None
            self._show_advice()

    def _judge(self) -> None:
        view = self._view
        assert view is not None
        run, is_now = view.run, view.look.epoch is None
        history = run.history if is_now else run.history.until(view.moment.epoch)
        tried = self.tried if self._concerns(view) else None
        shown = None if tried is None else tried.shown
        verdict = judge(history, view.dataset, run.experiment, points=view.points, shown=shown)
        if not self._may_pass(run, verdict):
            self._shown = run, verdict.kind
            self.set_verdict(verdict)

    def _may_pass(self, run: Run, verdict: Verdict) -> bool:
        """Whether a verdict is other than that which is shown, and may be so for a moment only."""
        last_run, kind = self._shown or (None, "untrained")
        is_same_run = last_run is run or self._is_in_a_film
        is_other = is_same_run and kind not in ("untrained", verdict.kind)
        if not ((self._is_going_on or self._is_in_a_film) and is_other):
            self._other_since = None
            return False
        now = self._clock.now()
        if self._other_since is None:
            self._other_since = now
        if now - self._other_since < (_STANDS if last_run is run else _STANDS_AMONG):
            return True
        self._other_since = None  # it is shown now: that before it would have to hold as long
        return False

    def _concerns(self, view: View) -> bool:
        """Whether what neighbours showed is about what is shown."""
        judged = self._judged
        is_of_run = judged is not None and view.run.experiment == judged.experiment
        return is_of_run and view.look.epoch is None

    def _show_advice(self) -> None:
        """In its line is the reason before, where that has no room beside the verdict."""
        tried = self.tried
        if tried is None or self._view is None or not self._concerns(self._view):
            if self._outdated is not None:
                return
            is_said = self.reason.shown and not self._is_low
            # Of a message, which may hold a long path, rather the half than nothing.
            shorter = () if self._problem or self._verdict.kind == "untrained" else ("",)
            self.advice.setText("" if is_said else self.reason.text(), *shorter)
            self.button.hide()
            return
        if self._outdated is not None:
            self._outdated.stop()
            self._outdated = None
        self.advice.setText(tried.text, tried.short)
        self.button.setVisible(tried.best is not None)
        if tried.best is not None:
            settings = (f"{change.path} = {change.value}" for change in tried.best.changes)
            self.button.setToolTip(as_plain("Set " + " and ".join(settings)))

    def _try(self) -> None:
        if self.tried is not None and self.tried.best is not None:
            changes = self.tried.best.changes
            self.try_wanted.emit({change.path: change.value for change in changes})

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "tried"):
            self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out the losses where the verdict alone has room; the plot below has them."""
        super().resizeEvent(event)
        if self._has_low_window() != self._is_low:
            self.set_stacked(self._is_stacked)
        losses = max(self.losses.minimumWidth(), self.losses.sizeHint().width())
        needed = self.minimumSizeHint().width() + losses + 8
        self.losses.setVisible(self.width() >= needed)

    def minimumSizeHint(self) -> QSize:
        """Room for the kind of the verdict."""
        words = 0 if self._is_low else self.reason.minimumSizeHint().width()
        width = self.headline.minimumSizeHint().width() + words + 28
        return QSize(width, super().minimumSizeHint().height())

    def _make_room(self) -> None:
        """Of a fixed size, so that new words and numbers don't lay out the whole window."""
        self.losses.fit_text()
        lines = self.advice.fontMetrics().lineSpacing() * 2
        self.reason.setFixedHeight(lines)
        self.advice.setFixedHeight(max(lines, self.button.sizeHint().height()))

    def set_verdict(self, verdict: Verdict) -> None:
        self._verdict = verdict
        if self._problem:
            verdict = Verdict("untrained", "Training failed", self._problem)
        self.headline.set_verdict(verdict)
        self.reason.setText(verdict.reason, "")  # rather nothing than the half of it
        self._show_advice()

    def set_snapshot(self, snapshot: Snapshot | None) -> None:
        """Show the losses of a snapshot, or none."""
        if snapshot is None:
            self.losses.clear()
            return
        train, valid = snapshot.value("train_loss"), snapshot.value("valid_loss")
        rows = [("loss", number(train), number(valid), gap_text(train, valid))]
        accuracy = snapshot.value("train_accuracy")
        if accuracy == accuracy:
            held_out = snapshot.value("valid_accuracy")
            gap = f"{100 * (held_out - accuracy):+.1f} %"
            rows.append(("accuracy", percent_text(accuracy, 1), percent_text(held_out, 1), gap))
        self.losses.set_rows(rows)
