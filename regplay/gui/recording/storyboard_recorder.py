"""Writes what a person does in the window as a storyboard, and a bar for what is said with it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace as replaced

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QInputDialog, QLineEdit, QWidget

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, get
from regplay.gui.controller import Controller
from regplay.gui.tabs import Tabs
from regplay.gui.theme import zoomed
from regplay.gui.training import Clock, Look
from regplay.gui.widgets import ElidedLabel, FlatButton, fill, named
from regplay.session.experiment_text import changes
from regplay.session.pins import Pin
from regplay.session.session import MOST_POINTS, Annotation, Run
from regplay.session.storyboard import (
    LONGEST_CAPTION,
    LONGEST_STEP,
    Action,
    BeginSection,
    Caption,
    Draw,
    Hide,
    PinRun,
    Scrub,
    SetValues,
    ShowTab,
    Step,
    Storyboard,
    Train,
    tidied,
)

_SIZE = (1280, 720)
_BEGINS_ANEW = Train(train=0, seconds=0.0)


class StoryboardRecorder(QObject):
    """Notes changes of settings, training, moments, tabs, pins and drawings, with their times.

    What is said, and where a chapter begins, it is told.

    Attributes
    ----------
    left_out
        The names of runs in sight at the beginning that no steps lead to.

    Signals
    -------
    switched
        (bool): whether it records.
    """

    switched = Signal(bool)

    def __init__(self, controller: Controller, tabs: Tabs, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self._controller, self._tabs, self._clock = controller, tabs, clock
        self._experiment = controller.session.experiment
        self._actions: list[Action] = []
        self._began: float | None = None
        self._is_changing = False
        self._training: tuple[float, int] | None = None  # since when, and from which epoch
        self._is_anew = False  # whether that began anew, by a change
        # The place of the action of a training that was paused, and from which epoch it was
        self._paused: tuple[int, int] | None = None
        self._left_at: int | None = None  # the epoch that a command may bring the run away from
        self._moment: int | None = None
        self._begins_at: int | None = None  # the moment that was in sight
        self.left_out: list[str] = []
        self._pinned_before: list[tuple[Pin, Run]] = []
        self._pins: list[Pin] = []
        self._pinned: dict[int, Pin] = {}  # by the place of its action
        self._drawn: tuple[Annotation, ...] = ()
        self._head: list[Step] = []
        controller.experiment_changed.connect(self._note_change)
        controller.look_changed.connect(self._note_look)
        controller.pins_changed.connect(self._note_pins)
        controller.annotations_changed.connect(self._note_drawing)
        controller.runner.playing_changed.connect(self._note_playing)
        controller.runner.advancing.connect(self._note_advance)
        tabs.tab_changed.connect(self._note_tab)

    @property
    def is_on(self) -> bool:
        return self._began is not None

    def start(self) -> None:
        """Begin with what is in sight now."""
        controller = self._controller
        self._began, self._actions = self._clock.now(), []
        self._experiment = self._first = controller.session.experiment
        self._pins, self._pinned = [*controller.pins], {}
        shown = [pin for pin in self._pins if not pin.is_hidden]
        self._pinned_before = [(pin, pin.run) for pin in shown if not pin.run.changed_at]
        self.left_out = [pin.name for pin in shown if pin.run.changed_at]
        self._drawn, self._training, self._paused = controller.annotations, None, None
        self._moment = None if controller.view is None else controller.view.look.epoch
        self._head, self._begins_at = [], self._moment
        if epoch := controller.runner.epoch:
            is_end = epoch >= self._first.epochs
            self._head.append(Train(train="end" if is_end else epoch))
        if self._moment is not None:
            self._head.append(Scrub(scrub=self._moment))
        if self._tabs.tab != "fit":
            self._head.append(_shown(self._tabs.tab))
        self._head += [_draw(each) for each in self._drawn]
        if controller.runner.is_playing:
            self._training = self._began, controller.runner.epoch
        self.switched.emit(True)

    def say(self, text: str) -> None:
        """Have this said from now on; an empty text ends what was said."""
        self._note(Caption(caption=text))

    def begin_section(self, title: str) -> None:
        """Have a chapter begin now."""
        self._note(BeginSection(section=title))

    def let_pass(self, seconds: float) -> None:
        """Leave the last seconds out, in which nothing was done."""
        if self._began is not None:
            self._began += seconds
        if self._training is not None:
            since, epoch = self._training
            self._training = since + seconds, epoch

    def stop(self) -> Storyboard | None:
        """What was done since the beginning; None if it did not record."""
        if self._began is None:
            return None
        self._end_training()
        self._correct_training()
        self._note_moved()
        now, began = self._clock.now(), self._began
        self._began = None
        for place, pin in self._pinned.items():  # which may be called otherwise since
            self._actions[place] = replaced(self._actions[place], step=PinRun(pin=pin.name))
        steps = tidied(self._actions, now - began, self._begins_at)
        before = [*self._pin_again(), *self._head]
        head = (Hide(hide=tuple(before)),) if before else ()
        self.switched.emit(False)
        return Storyboard(
            title="What I did", sizes=(_SIZE,), experiment=self._first, steps=(*head, *steps)
        )

    def _pin_again(self) -> Iterator[Step]:
        """What trains and pins the runs that were pinned before, and leads back from there."""
        present = self._first
        for pin, run in self._pinned_before:
            last = run.history.last
            yield from _to(present, run.experiment)
            yield Train(train=0 if last is None else last.epoch)
            yield PinRun(pin=pin.name)
            present = run.experiment
        if self._pinned_before:
            yield from _to(present, self._first)

    # what is noted

    def _note(self, step: Step, *, is_drag: bool = False, begin: float | None = None) -> None:
        if self._began is None:
            return
        goes_on = self._training is not None and not is_drag and begin is None
        if goes_on:  # what was trained until now comes before
            self._end_training()
        end = self._clock.now() - self._began
        start = end if begin is None else begin - self._began
        self._actions.append(Action(start, end, step, is_drag))
        runner = self._controller.runner
        if goes_on and runner.is_playing and runner.epoch < self._experiment.epochs:
            self._training = self._clock.now(), runner.epoch

    def _end_change(self) -> None:
        self._is_changing = False

    def _note_change(self, experiment: Experiment, _: Dataset | None) -> None:
        self._correct_training()
        before, self._experiment = self._experiment, experiment
        values = changes(before, experiment)
        if not values:
            self._leave()
            return
        self._is_changing = True  # until all that follows from it at once is done
        QTimer.singleShot(0, self, self._end_change)
        is_training = self._training is not None
        self._end_training()
        self._note(SetValues(set=values), is_drag=True)
        self._moment = None  # a new run is shown at its newest moment
        if is_training:
            self._training, self._is_anew = (self._clock.now(), 0), True

    def _note_advance(self) -> None:
        """A pause before is over; where the run plays, it is trained further than that."""
        if not self._controller.runner.is_playing:
            self._correct_training()
            if self._left_at is None:
                self._leave()

    def _leave(self) -> None:
        self._left_at = self._controller.runner.due_epoch
        QTimer.singleShot(0, self, self._note_moved)

    def _note_moved(self) -> None:
        """The run may have begun anew, or gone to another moment or further, without a change."""
        left_at, self._left_at = self._left_at, None
        if left_at is None:
            return
        epoch, now = self._controller.runner.due_epoch, self._clock.now()
        is_anew = epoch < left_at
        if is_anew:
            left_at = 0
            self._note(_BEGINS_ANEW, begin=now)
        if epoch > left_at:
            step = Train(train=epoch - left_at, seconds=0.0)
            self._note(step, is_drag=not is_anew, begin=now)

    def _note_playing(self, is_playing: bool) -> None:
        if self._began is None:
            return
        if not is_playing:
            training, count = self._training, len(self._actions)
            self._end_training()
            if training is not None and len(self._actions) > count:
                self._paused = len(self._actions) - 1, training[1]
            return
        self._correct_training()
        self._note_moved()
        if self._training is None and not self._is_changing:
            self._training = self._clock.now(), self._controller.runner.epoch

    def _end_training(self) -> None:
        training, self._training = self._training, None
        is_anew, self._is_anew = self._is_anew, False
        if training is None or self._began is None:
            return
        begin, start = training
        runner, last = self._controller.runner, self._experiment.epochs
        epochs = runner.epoch - start
        seconds = min(max(round(self._clock.now() - begin, 1), 0.1), LONGEST_STEP)
        if is_anew and epochs > 0:
            self._note(_BEGINS_ANEW, begin=begin)
        if runner.epoch >= last:
            self._note(Train(train="end", seconds=seconds), begin=begin)
        elif epochs > 0:
            self._note(Train(train=epochs, seconds=seconds), begin=begin)

    def _correct_training(self) -> None:
        """A pause is over when the thread comes to it, which trains a little further until then."""
        paused, self._paused = self._paused, None
        if paused is None:
            return
        place, start = paused
        match self._actions[place].step:
            case Train(train=int()) as step:
                step = msgspec.structs.replace(
                    step, train=self._controller.runner.due_epoch - start
                )
                self._actions[place] = replaced(self._actions[place], step=step)

    def _note_look(self, look: Look) -> None:
        study = self._controller.studies.studies.get(look.study)
        if study is not None and look.study in FIELDS:  # a slider goes over trained networks
            value = get(study.sweep.experiments[look.member], look.study)
            self._note(SetValues(set={look.study: value}), is_drag=True)
        elif look.epoch != self._moment and not look.study:
            self._moment = look.epoch
            if not self._is_changing:
                self._note(Scrub(scrub="end" if look.epoch is None else look.epoch), is_drag=True)

    def _note_tab(self, tab: str) -> None:
        self._note(_shown(tab))

    def _note_pins(self) -> None:
        pins = [*self._controller.pins]
        for pin in pins:
            if pin not in self._pins and self.is_on:
                self._note(PinRun(pin=pin.name))
                self._pinned[len(self._actions) - 1] = pin  # behind what was trained until now
        self._pins = pins

    def _note_drawing(self) -> None:
        before, now = self._drawn, self._controller.annotations
        self._drawn = now
        same = sum(1 for old, new in zip(before, now, strict=False) if old == new)
        if len(now) == len(before) == same + 1 and before[:same] == now[:same]:
            self._note(_draw(now[-1]), is_drag=True)  # a stroke is drawn further
        elif len(now) > len(before) == same:
            for each in now[same:]:
                self._note(_draw(each))
        else:
            left = before
            for erase in _erased(before, now):
                self._note(erase)
                left = erase.leaves(left)
            for each in now:
                if each not in left:
                    self._note(_draw(each))


def _erased(before: Sequence[Annotation], now: Sequence[Annotation]) -> list[Draw]:
    """Steps that erase what is not there any more, one for each plot."""
    gone = [each for each in before if each not in now]
    points = {
        each.on: tuple(p for one in gone if one.on == each.on for p in one.points[:1])
        for each in gone
    }
    if gone and (not now or max(map(len, points.values())) > MOST_POINTS):
        return [Draw(draw="erase", seconds=0.0)]  # what stays is drawn again
    return [Draw(draw="erase", on=on, points=each, seconds=0.0) for on, each in points.items()]


def _draw(annotation: Annotation) -> Draw:
    return Draw(
        draw=annotation.draw, on=annotation.on, points=annotation.points, text=annotation.text
    )


def _to(before: Experiment, after: Experiment) -> Iterator[Step]:
    """What leads from one experiment to another, at its initial weights."""
    if values := changes(before, after):
        yield SetValues(set=values)
    yield _BEGINS_ANEW


def _shown(tab: str) -> ShowTab:
    return ShowTab(show=tab)  # type: ignore[arg-type]


class StoryboardBar(QWidget):
    """Says that what is done is written, and asks what to say; the time to write that is left out.

    Signals
    -------
    said
        (str): what the recorder was told to have said from now on.
    stop_clicked
        No more is to be written.
    """

    said = Signal(str)
    stop_clicked = Signal()

    def __init__(self, recorder: StoryboardRecorder, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("storyboard_recorder")
        self._recorder, self._clock = recorder, clock
        self._is_presented = False
        caption = named("storyboard_recorder.caption", FlatButton("Caption…", "Say something"))
        section = named("storyboard_recorder.section", FlatButton("Section…", "Begin a chapter"))
        stop = named("storyboard_recorder.stop", FlatButton("Stop", "Open what was written"))
        caption.clicked.connect(self._say)
        section.clicked.connect(self._begin_section)
        stop.clicked.connect(self.stop_clicked)
        words = ElidedLabel()
        words.setText("● What you do is written as a storyboard.", "●")
        row = fill(QHBoxLayout(self), (words, 1), caption, section, stop)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(4)
        recorder.switched.connect(self._update_visible)
        self.hide()

    def set_presented(self, is_presented: bool) -> None:
        """Be out of sight while an audience looks on."""
        self._is_presented = is_presented
        self._update_visible()

    def _update_visible(self) -> None:
        self.setVisible(self._recorder.is_on and not self._is_presented)

    def _say(self) -> None:
        text = self._asked("Caption", "What is read below the plots from now on (empty: nothing):")
        if text is not None:
            self._recorder.say(text)
            self.said.emit(text)

    def _begin_section(self) -> None:
        if title := self._asked("Section", "The title of the chapter that begins now:"):
            self._recorder.begin_section(title)

    def _asked(self, title: str, question: str) -> str | None:
        """What a person wrote; None if it is not to be used."""
        before = self._clock.now()
        dialog = named("storyboard_recorder.words", QInputDialog(self))
        dialog.setWindowTitle(title)
        dialog.setLabelText(question)
        dialog.setTextValue("")  # it has a field from now on
        field = dialog.findChild(QLineEdit)
        assert field is not None
        field.setMaxLength(LONGEST_CAPTION)
        dialog.resize(zoomed(520), dialog.height())
        is_wanted = dialog.exec() == QDialog.DialogCode.Accepted
        dialog.deleteLater()
        self._recorder.let_pass(self._clock.now() - before)
        return dialog.textValue().strip() if is_wanted else None
