"""Writes what a person does in the window as a storyboard."""

from dataclasses import replace as replaced

from PySide6.QtCore import QObject, QTimer, Signal

from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, get
from regplay.gui.controller import Controller
from regplay.gui.tabs import Tabs
from regplay.gui.training import Clock, Look
from regplay.session.experiment_text import changes
from regplay.session.pins import Pin
from regplay.session.session import Annotation
from regplay.session.storyboard import (
    Action,
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


class StoryboardRecorder(QObject):
    """Notes changes of settings, training, moments, tabs, pins and drawings, with their times.

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
        self._moment: int | None = None
        self._pins: list[Pin] = []
        self._pinned: dict[int, Pin] = {}  # by the place of its action
        self._drawn: tuple[Annotation, ...] = ()
        self._head: list[Step] = []
        controller.experiment_changed.connect(self._note_change)
        controller.look_changed.connect(self._note_look)
        controller.pins_changed.connect(self._note_pins)
        controller.annotations_changed.connect(self._note_drawing)
        controller.runner.playing_changed.connect(self._note_playing)
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
        self._drawn, self._training = controller.annotations, None
        self._moment = None if controller.view is None else controller.view.look.epoch
        self._head = []
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

    def stop(self) -> Storyboard | None:
        """What was done since the beginning; None if it did not record."""
        if self._began is None:
            return None
        self._end_training()
        now, began = self._clock.now(), self._began
        self._began = None
        for place, pin in self._pinned.items():  # which may be called otherwise since
            self._actions[place] = replaced(self._actions[place], step=PinRun(pin=pin.name))
        steps = tidied(self._actions, now - began)
        head = (Hide(hide=tuple(self._head)),) if self._head else ()
        self.switched.emit(False)
        return Storyboard(
            title="What I did", sizes=(_SIZE,), experiment=self._first, steps=(*head, *steps)
        )

    # what is noted

    def _note(self, step: Step, *, is_drag: bool = False, begin: float | None = None) -> None:
        if self._began is not None:
            end = self._clock.now() - self._began
            start = end if begin is None else begin - self._began
            self._actions.append(Action(start, end, step, is_drag))

    def _end_change(self) -> None:
        self._is_changing = False

    def _note_change(self, experiment: Experiment, _: Dataset | None) -> None:
        before, self._experiment = self._experiment, experiment
        values = changes(before, experiment)
        if not values:
            return
        self._is_changing = True  # until all that follows from it at once is done
        QTimer.singleShot(0, self, self._end_change)
        is_training = self._training is not None
        self._end_training()
        self._note(SetValues(set=values), is_drag=True)
        self._moment = None  # a new run is shown at its newest moment
        if is_training:
            self._training = self._clock.now(), 0

    def _note_playing(self, is_playing: bool) -> None:
        if self._began is None:
            return
        if not is_playing:
            self._end_training()
        elif self._training is None and not self._is_changing:
            self._training = self._clock.now(), self._controller.runner.epoch

    def _end_training(self) -> None:
        training, self._training = self._training, None
        if training is None or self._began is None:
            return
        begin, start = training
        runner, last = self._controller.runner, self._experiment.epochs
        epochs = runner.epoch - start
        seconds = round(self._clock.now() - begin, 1)
        if runner.epoch >= last:
            self._note(Train(train="end", seconds=max(seconds, 0.1)), begin=begin)
        elif epochs > 0:
            self._note(Train(train=epochs, seconds=max(seconds, 0.1)), begin=begin)

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
                self._pinned[len(self._actions)] = pin
                self._note(PinRun(pin=pin.name))
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
        elif now != before:
            self._note(Draw(draw="erase", seconds=0.0))
            for each in now:
                self._note(_draw(each))


def _draw(annotation: Annotation) -> Draw:
    return Draw(
        draw=annotation.draw, on=annotation.on, points=annotation.points, text=annotation.text
    )


def _shown(tab: str) -> ShowTab:
    return ShowTab(show=tab)  # type: ignore[arg-type]
