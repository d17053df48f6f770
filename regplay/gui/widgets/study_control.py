"""Start, Stop and progress of the studies that a tab trains."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from regplay.gui.training import Study, StudyRequest
from regplay.gui.widgets.buttons import FlatButton
from regplay.gui.widgets.layout import fill, named
from regplay.gui.widgets.plain_text import Label, as_plain


class StudyControl(QWidget):
    """A button that starts and stops studies, how far they are, and what is known of them.

    From Start on they are trained, again with each other experiment, until Stop. What is stopped
    stays as far as it came, and Start goes on with it.

    Attributes
    ----------
    is_on
        Whether a person wants them trained.
    is_running
        Whether they are: not when all are at their ends, or can't be trained.
    studies
        By their keys; those of other sweeps are dropped as soon as these are wanted.

    Signals
    -------
    turned
        (bool): whether they are wanted has been decided.
    dropped
        (str): the study of this key is none of those that are wanted.
    """

    turned = Signal(bool)
    dropped = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_on = self.is_running = False
        self.studies: dict[str, Study] = {}
        self._tip, self._can_start = "", True
        self.button = named(f"{name}.start", FlatButton("Start"))
        self.button.clicked.connect(lambda: self.turn(not self.is_running))
        self.progress = named(f"{name}.progress", QProgressBar())
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.progress.setMinimumWidth(24)
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName("Networks trained")
        self.percent = named(f"{name}.progress.text", Label())
        self.percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        fill(QHBoxLayout(self), self.button, (self.progress, 1), self.percent, spacing=4)
        self._fix_widths()
        self.show_progress(None, False)

    def _fix_widths(self) -> None:
        """So that another text doesn't lay out the row."""
        self.button.setFixedWidth(self.button.sizeHint().width() + 12)
        self.percent.setFixedWidth(self.percent.fontMetrics().horizontalAdvance("100 % "))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "percent"):
            self._fix_widths()

    def turn(self, is_on: bool) -> None:
        """Train from now on, or stop, as by a click."""
        self.is_on = is_on
        self._follow()
        self.turned.emit(is_on)

    def set_start(self, tip: str, can_start: bool = True) -> None:
        """Say what Start would do, and whether it can be chosen."""
        self._tip, self._can_start = tip, can_start
        self._show_button()

    # what a tab asks for, and gets

    def wanted(self, requests: Mapping[str, StudyRequest]) -> Mapping[str, StudyRequest]:
        """What is wanted of these: all while it is on, else only that what there is stays."""
        for key, study in list(self.studies.items()):
            if key not in requests or requests[key].sweep != study.sweep:
                del self.studies[key]
                self.dropped.emit(key)
        self._follow()
        if self.is_on:
            return requests
        return {key: replace(requests[key], is_paused=True) for key in self.studies}

    def take(self, studies: Mapping[str, Study]) -> None:
        """Show how these go; what is known of others stays."""
        self.studies |= studies
        self._follow()

    @property
    def done(self) -> float:
        """How much is trained, in [0, 1]."""
        histories = [study.history for study in self.studies.values() if study.history is not None]
        return sum(history.progress for history in histories) / max(len(self.studies), 1)

    def _follow(self) -> None:
        is_finished = bool(self.studies) and all(s.finished for s in self.studies.values())
        is_running = self.is_on and not is_finished
        is_between = is_running or (bool(self.studies) and not is_finished)
        self.show_progress(self.done if is_between else None, is_running)

    def show_progress(self, progress: float | None, is_running: bool) -> None:
        """Show how much is done, in [0, 1], or nothing; and whether the button starts or stops."""
        self.is_running = is_running
        self.progress.setVisible(progress is not None)
        self.progress.setValue(0 if progress is None else round(1000 * progress))
        self.percent.setText("" if progress is None else f"{int(100 * progress)} %")
        self._show_button()

    def _show_button(self) -> None:
        self.button.setText("Stop" if self.is_running else "Start")
        self.button.setEnabled(self.is_running or self._can_start)
        self.button.setToolTip(
            as_plain("Stop; what is trained stays" if self.is_running else self._tip)
        )
