"""A storyboard in front of people: played from any point, stepped through, changed on the way."""

from collections.abc import Callable, Sequence
from itertools import takewhile

import msgspec
from PySide6.QtCore import QObject, Signal

from regplay.gui.controller import Controller
from regplay.gui.recording.player import NotProvedError, Player
from regplay.gui.recording.presentation import Presentation
from regplay.gui.training import Clock, Timer
from regplay.session.pins import Pin
from regplay.session.storyboard import Hide, Step

_FRAME = 1 / 60  # s


class Playback(QObject):
    """Plays a storyboard in the window, by the player of films, on the clock of the window.

    What a person does meanwhile stays: the next step goes on from there. Going back begins anew,
    and does what comes before off camera. Runs that a person has pinned are hidden until it is
    closed: they are not in the film.

    Attributes
    ----------
    storyboard
        As it was opened, with the steps as they are now.
    position
        The index of the step that is played, or else of the one to come.
    is_playing
        Whether steps follow one another by themselves; what pauses does not.

    Signals
    -------
    changed
        Another step is played or to come, or it plays or pauses.
    steps_changed
        There are other steps.
    failed
        (str): what a step asks for does not hold, or can't be done.
    """

    changed = Signal()
    steps_changed = Signal()
    failed = Signal(str)

    def __init__(
        self,
        player: Player,
        presentation: Presentation,
        controller: Controller,
        clock: Clock,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.storyboard, self.position = player.storyboard, 0
        self.is_playing = False
        self._presentation = presentation
        self._player, self._controller, self._clock = player, controller, clock
        self._timer: Timer | None = None
        self._more = 0  # steps that were asked for while one was under way
        self._then: Callable[[], None] = self._rest  # once what is under way is done
        self._paused_at: float | None = None
        self._second = 0.0  # of the film, at which the present step begins
        self._done = 0  # how many steps the window has come through
        self._is_stale = False  # whether these are others by now
        self._is_closed = False
        self._hidden_pins: list[Pin] = []
        presentation.show_caption_line(self.storyboard.has_captions)
        self._hide_pins()  # before those are removed that the film has made
        self._begin_anew()

    @property
    def steps(self) -> tuple[Step, ...]:
        return self.storyboard.steps

    def close(self) -> None:
        """Leave the window as it is, without what only belongs to a film."""
        self._is_closed = True
        self._halt()
        self._player.let_go()
        controller = self._controller
        mine = [pin for pin in self._hidden_pins if pin in [*controller.pins]]
        names = {pin.name for pin in mine} & self.storyboard.pin_names
        pins = [pin for pin in controller.pins if pin not in mine]
        controller.remove_pins(pin for pin in pins if pin.name in names)  # which are the same
        for pin in self._hidden_pins:  # one that was deleted may be put back
            pin.is_aside = False
            controller.set_pin_hidden(pin, False)

    # what a person asks for

    def toggle(self) -> None:
        """Play from the present step on, or pause."""
        if self.is_playing:
            self._halt()
            self.is_playing, self._paused_at = False, self._clock.now()
        elif self._paused_at is not None:
            self._go_on()
            self.is_playing = True
        elif self._timer is not None:  # one step, and now those after it
            self.is_playing = True
        else:
            if self.position >= len(self.steps) and not self._begin_anew():
                return
            self.is_playing = True
            self._second = self.storyboard.begin_of(self.position)
            self._play_step()
        self.changed.emit()

    def go_to(self, index: int) -> None:
        """Bring the window to where a step begins, by what comes before it."""
        index = min(max(index, 0), len(self.steps))
        self._halt()
        self.is_playing, self._paused_at, self._more = False, None, 0
        if (index < self._done or self._is_stale) and not self._begin_anew():
            return
        hidden = self.steps[self._done : index]
        self.position = self._done = index
        if hidden:
            self._player.play((Hide(hide=hidden),), index, 0.0)
            self._run(self._next_or_rest)
        self.changed.emit()

    def forward(self) -> None:
        """Play one step; what is under way is done at once before that."""
        if self._timer is not None or self._paused_at is not None:
            self._player.is_hurried, self.is_playing = True, False
            self._more += 1
            self._go_on()
        elif self.position < len(self.steps):
            self._play_step()
        self.changed.emit()

    def back(self) -> None:
        """Go to the beginning of the step that is under way, or else of the last one."""
        is_at_work = self._timer is not None or self._paused_at is not None
        self._is_stale |= is_at_work
        self.go_to(self.position if is_at_work else self.position - 1)

    def set_steps(self, steps: Sequence[Step], position: int) -> None:
        """Take these in place of those that there are, and be at one of them."""
        pairs = zip(self.steps, steps, strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        self._is_stale |= same < self._done or self._timer is not None
        self.storyboard = msgspec.structs.replace(self.storyboard, steps=tuple(steps))
        self._presentation.show_caption_line(self.storyboard.has_captions)
        self.steps_changed.emit()
        self.go_to(position)

    # inside

    def _begin_anew(self) -> bool:
        """Whether it is still open: a table that is read first is waited for."""
        controller = self._controller
        self._player.set_up()
        if self._is_closed:
            return False
        self._hide_pins()
        controller.annotate((), before=controller.annotations)
        self._presentation.set_focus("")
        self._presentation.set_caption("")
        self.position = self._done = 0
        self._is_stale = False
        return True

    def _hide_pins(self) -> None:
        for pin in [pin for pin in self._controller.pins if not pin.is_hidden]:
            self._hidden_pins.append(pin)
            pin.is_aside = True
            self._controller.set_pin_hidden(pin, True)

    def _play_step(self) -> None:
        step = self.steps[self.position]
        if not self.is_playing:
            step = msgspec.structs.replace(step, at=None)
            self._second = self.storyboard.begin_of(self.position)
        self._player.play((step,), self.position + 1, self._second)
        self._run(self._end_step)

    def _end_step(self) -> None:
        self.position += 1
        self._done, self._second = self.position, self._player.now
        self._next_or_rest()

    def _next_or_rest(self) -> None:
        if self.position < len(self.steps) and (self.is_playing or self._more):
            self._more = max(self._more - 1, 0)
            self._play_step()
            self._player.is_hurried = self._more > 0
        else:
            self._rest()

    def _rest(self) -> None:
        self.is_playing, self._more = False, 0
        self._player.hide_pointer()

    def _run(self, then: Callable[[], None]) -> None:
        self._halt()  # what was begun while this was waited for
        self._then = then
        self._timer = self._clock.every(_FRAME, self._tick)

    def _go_on(self) -> None:
        if self._paused_at is not None:
            self._player.let_pass(self._clock.now() - self._paused_at)
            self._paused_at = None
            self._timer = self._clock.every(_FRAME, self._tick)

    def _halt(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _tick(self) -> None:
        timer = self._timer
        try:
            goes_on = self._player.advance()
            if self._timer is not timer:  # left, or the window closed, while it waited for data
                return
        except NotProvedError as error:
            self._halt()
            self._rest()
            self.changed.emit()
            self.failed.emit(str(error))  # a message is waited for, and the window may close
            return
        self._player.cover()
        if not goes_on:
            self._halt()
            self._then()
            self.changed.emit()
