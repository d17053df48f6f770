"""Plays a storyboard in a window, frame by frame, on whatever clock the window has."""

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from regplay.core.experiment import Experiment
from regplay.core.fields import FIELDS, get, replace
from regplay.gui.controller import Controller
from regplay.gui.controls import scale_of
from regplay.gui.plots import Chart, DropoutPasses, begun
from regplay.gui.recording.film_pointer import GLIDE, MOVING, TIMELINE, FilmPointer, next_aim
from regplay.gui.recording.glass_pane import KEYS_SECONDS
from regplay.gui.recording.presentation import Presentation, is_upright
from regplay.gui.training import Clock
from regplay.session.claims import Term, Trained, measure_term, parse_claim
from regplay.session.lessons import Measured
from regplay.session.session import PlotName
from regplay.session.storyboard import (
    BeginSection,
    Caption,
    Draw,
    Focus,
    Hide,
    PinRun,
    Require,
    Scrub,
    SetValues,
    ShowTab,
    Step,
    StepsTogether,
    Still,
    Storyboard,
    StoryboardError,
    SweepField,
    Train,
    Wait,
    WaitUntil,
    between_epochs,
    duration,
    eased,
    verb,
)

_EPSILON = 1e-6  # s; fractions of frames add up
_COMES_TO_REST = 0.5  # s after what was off camera: ranges glide, neighbours are trained
_HURRIED = 0.5  # s of a step that waits for a claim, which pass at once where it is hurried
_FOCUSED = 0.6  # s, in which another part comes into focus, at most
# Goes on to its next item for each frame; returns the second at which it is over.
Frames = Generator[None, None, float]
Prove = Callable[[str, Experiment], Measured]


class NotProvedError(StoryboardError):
    """Something that a film requires does not hold; the message has the step and what was seen."""


@dataclass
class Log:
    """What a film came to, at which second of it.

    Attributes
    ----------
    captions, sections
        When each begins, and what it says; an empty caption ends the one before.
    stills
        When each was asked for, and its name.
    late
        Steps that began later than they were to, by s.
    unseen
        Steps that drew on a plot which was out of sight, and its name.
    pointer
        Where the pointer was, in px of the frame, and whether its button was down.
    keys
        When keys were pressed, and which.
    files
        All that was written.
    """

    captions: list[tuple[float, str]] = field(default_factory=list)
    sections: list[tuple[float, str]] = field(default_factory=list)
    stills: list[tuple[float, str]] = field(default_factory=list)
    late: list[tuple[str, float]] = field(default_factory=list)
    unseen: list[tuple[str, str]] = field(default_factory=list)
    pointer: list[tuple[float, float, float, bool]] = field(default_factory=list)
    keys: list[tuple[float, str]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


class Player:
    """Does what a storyboard says.

    Call `advance` once for each frame, before it is painted.

    Parameters
    ----------
    charts
        Those that can be drawn on, by their names.
    prove
        What a `require` comes to for the present experiment; it may train. None believes it.
    waits
        Whether a step waits for what the one before has asked the thread for; whoever renders a
        film sees to that before each frame.

    Attributes
    ----------
    is_on_camera
        Whether the frame that is to be painted belongs to the film.
    step
        The number and the verb of the step that is played, such as `step 3 (sweep)`.
    number
        That number, from 1.
    is_hurried
        Whether what a step does is done at once, whatever time it is to take.
    """

    def __init__(
        self,
        storyboard: Storyboard,
        presentation: Presentation,
        controller: Controller,
        clock: Clock,
        passes: DropoutPasses,
        charts: Callable[[], Mapping[PlotName, Chart]],
        prove: Prove | None = None,
        *,
        waits: bool = False,
    ) -> None:
        self.storyboard, self.log = storyboard, Log()
        self.is_on_camera, self.is_hurried = True, False
        self.step, self.number = "", 0
        self._presentation, self._pane = presentation, presentation.pane
        self._controller, self._clock = controller, clock
        self._passes, self._charts = passes, charts
        self._prove, self._waits = prove, waits
        self._began, self._hidden = self._clock.now(), 0.0
        self._words = ""  # of the newest caption
        self._pointer = FilmPointer(presentation)
        self._next = ""  # where the pointer is to be in time
        self._leaves = math.inf  # when it sets off to there, s
        self._released = math.inf  # when keys are no longer shown, s
        self._frames = self._play(storyboard.steps, 1, 0.0)

    def begin(self, size: tuple[int, int]) -> None:
        """Arrange the window for frames of a size, and work on the experiment of the film."""
        self._presentation.begin(self.storyboard.controls)
        self._presentation.set_controls_below(is_upright(size))
        self._presentation.show_caption_line(self.storyboard.has_captions)
        self.set_up()

    def set_up(self) -> None:
        """Work on the experiment of the film, which is not trained yet, with the fit in sight.

        Pins in sight with the names of its own are removed: an earlier play left them.
        """
        names, pins = self.storyboard.pin_names, self._controller.pins
        self._controller.remove_pins(p for p in pins if p.name in names and not p.is_hidden)
        self._controller.begin(self.storyboard.experiment)
        self._controller.reset()
        self._show("fit")

    def start(self, second: float = 0.0) -> None:
        """The next frame is the first of the film, or the one at some second of it."""
        self._began, self._hidden = self._clock.now() - second, 0.0

    def play(self, steps: Sequence[Step], number: int, second: float) -> None:
        """Play these in place of what is left, from the next frame on.

        Parameters
        ----------
        number
            Of the first of them, from 1.
        second
            Of the film, at which they begin.
        """
        self.start(second)
        self.is_on_camera, self.is_hurried = True, False
        self._presentation.layout.verdict_bar.set_in_a_film(False)
        self._frames = self._play(steps, number, second)

    def let_pass(self, seconds: float) -> None:
        """Nothing was played in these."""
        self._began += seconds

    def end(self) -> None:
        """Bring the window back."""
        self._presentation.end()
        self.let_go()

    def let_go(self) -> None:
        """Leave the window as it is, without words below, a pointer and what is dimmed."""
        self._presentation.set_focus("")
        self._presentation.show_caption_line(False)
        self._presentation.layout.verdict_bar.set_in_a_film(False)
        self.hide_pointer()
        self._pane.set_bright(())

    def hide_pointer(self) -> None:
        """Show no pointer until a step moves something, and no keys."""
        self._pointer.hide()
        self._pane.set_keys("")

    @property
    def now(self) -> float:
        """The second of the film."""
        return self._played - self._hidden

    @property
    def _played(self) -> float:
        """How long it plays, s, with what was off camera."""
        return self._clock.now() - self._began

    def advance(self) -> bool:
        """Do what is to be seen in the next frame; whether there is one."""
        return next(self._frames, self) is None

    def cover(self) -> None:
        """Draw what lies over the window, once that shows what it is to show."""
        self._pane.set_bright(*self._presentation.bright())
        if self.now >= self._released - _EPSILON:
            self._pane.set_keys("")
        self._place_pointer()

    # time

    def _play(self, steps: Sequence[Step], number: int, begin: float) -> Frames:
        for index, step in enumerate(steps):
            self.number = number + index
            self.step = f"step {self.number} ({verb(step)})"
            begin = yield from self._wait_for(step, begin)
            if not isinstance(step, MOVING):
                self._next = next_aim(steps[index + 1 :])
                self._leaves = begin + duration(step) - GLIDE
            begin = yield from self._do(step, begin)
            self._next, self._leaves = "", math.inf
            begin = yield from self._wait_for_run(begin)
            if isinstance(step, Still) and not self._waits:  # before the next step changes anything
                self.is_on_camera = False
                yield from self._let_pass_a_frame()
                self.is_on_camera = True
            self.is_hurried = False
        while self.now < begin - _EPSILON:
            yield
        return begin

    def _wait_for_run(self, begin: float) -> Frames:
        """Until that is trained which a step asked for."""
        if not self._is_behind():
            return begin
        while self._is_behind():
            yield
        return self.now

    def _is_behind(self) -> bool:
        return self._waits and not self._controller.runner.is_up_to_date

    def _wait_for(self, step: Step, begin: float) -> Frames:
        """Until a step begins that is to begin at some second."""
        at = step.at
        # There is no voice-over; or the second of the film stands still.
        if at is None or isinstance(at, str) or not self.is_on_camera:
            return begin
        if at < begin - _EPSILON:
            self.log.late.append((self.step, begin - at))
            return begin
        while self.now < at - _EPSILON and not self.is_hurried:
            yield
        return at

    def _slide(self, begin: float, seconds: float, move: Callable[[float], None]) -> Frames:
        """Move something by the share of a step that is over at each frame, and by 1 at its end."""
        end = begin + seconds
        while self.is_on_camera and not self.is_hurried and self.now < end - _EPSILON:
            move((self.now - begin) / seconds)
            yield
        move(1.0)
        if self.is_hurried:
            return self.now
        return begin + (seconds if self.is_on_camera else 0.0)

    def _shares_to_come(self, share: float, seconds: float) -> Iterator[float]:
        """Of a step, at this frame and those after it."""
        while share < 1.0 - _EPSILON:
            yield share
            share += 1.0 / (seconds * self.storyboard.fps)
        yield 1.0

    # steps

    def _do(self, step: Step, begin: float) -> Frames:
        """Do one step; returns when it is over."""
        controller = self._controller
        if step.keys is not None and self.is_on_camera:
            self._pane.set_keys(step.keys)
            self._released = begin + KEYS_SECONDS
            self.log.keys.append((begin, step.keys))
        match step:
            case SweepField():
                return (yield from self._sweep(step, begin))
            case Train():
                return (yield from self._train(step, begin))
            case Scrub():
                return (yield from self._scrub(step, begin))
            case Focus():
                return (yield from self._focus(step, begin))
            case Draw() if step.draw != "erase":
                return (yield from self._draw(step, begin))
            case WaitUntil():
                return (yield from self._wait_until(step, begin))
            case Hide(hide=steps):
                return (yield from self._hide(steps, begin))
            case StepsTogether(together=tracks):
                return (yield from self._together(tracks, begin))
            case SetValues(set=values):
                controller.set_values(values)
                self._point_at(next(iter(values)), jumps=True)  # where its handle is now
            case PinRun(pin=name):
                controller.pin(name=name)
            case ShowTab(show=view):
                self._show(view)
            case Caption():
                self._words = step.text(self.storyboard.language)
                self._presentation.set_caption(self._words)
                if self.is_on_camera:
                    self.log.captions.append((begin, self._words))
            case Draw(draw="erase"):
                drawn = controller.annotations
                controller.annotate(step.leaves(drawn), before=drawn)
            case Require(require=claim):
                self._require(claim)
            case Still(still=file):
                if self.is_on_camera:
                    self.log.stills.append((begin, file))
            case BeginSection(section=title):
                if self.is_on_camera:
                    self.log.sections.append((begin, title))
            case Wait():
                pass
            case _:
                raise AssertionError(step)
        return (yield from self._slide(begin, duration(step), lambda share: None))  # to look

    def _show(self, view: str) -> None:
        """Bring a view to the front, and train what it shows."""
        passes, tabs = self._passes, self._presentation.layout.tabs
        passes.band.setChecked(view == "band")
        passes.thinned.setChecked(view == "thinned")
        if view == "compare":
            self._controller.compare()
        else:
            tabs.set_tab(_TABS.get(view, view))
        if tabs.seeds is not None:
            tabs.seeds.control.turn(view == "seeds")
        if tabs.landscape is not None:
            tabs.landscape.header.control.turn(view == "landscape")

    def _sweep(self, step: SweepField, begin: float) -> Frames:
        of, controller = FIELDS[step.sweep], self._controller
        scale = scale_of(of)
        present = get(controller.session.experiment, step.sweep)
        start = step.start if step.start is not None else float(present)

        def value_at(share: float) -> float:
            found = scale.between(start, step.to, eased(share, step.ease))
            return int(found) if of.kind == "integer" else found

        def move(share: float) -> None:
            value, experiment = value_at(share), controller.session.experiment
            if share < 1.0 and not self._waits:
                coming = self._shares_to_come(share, step.seconds)
                values = ({step.sweep: value_at(later)} for later in coming)
                controller.runner.prefetch(replace(experiment, one) for one in values)
            if value != get(experiment, step.sweep):
                controller.set_values({step.sweep: value})
            self._point_at(step.sweep, is_pressed=share < 1.0)

        controller.studies.is_held = True  # each takes as long as seconds of the film
        try:
            return (yield from self._passing(self._slide(begin, step.seconds, move)))
        finally:
            controller.studies.is_held = False

    def _train(self, step: Train, begin: float) -> Frames:
        runner = self._controller.runner
        start, last = runner.epoch, self._controller.session.experiment.epochs
        goal = last if step.train == "end" else min(start + step.train, last)
        if start >= goal:  # at its end, which is seen once more; or it is to go back
            self._controller.begin(self._controller.session.experiment)
            self._controller.reset()
            start, goal = 0, last if step.train == "end" else min(step.train, last)

        def move(share: float) -> None:
            runner.train_to(between_epochs(start, goal, share))

        return (yield from self._passing(self._slide(begin, step.seconds, move)))

    def _scrub(self, step: Scrub, begin: float) -> Frames:
        view, controller = self._controller.view, self._controller
        if view is None:
            return begin
        last = view.run.checkpoints.last
        newest = 0 if last is None else last.epoch
        start = view.moment.epoch
        if step.scrub == "best":
            goal = view.run.history.best_epoch
        else:
            goal = newest if step.scrub == "end" else min(step.scrub, newest)

        def move(share: float) -> None:
            epoch = between_epochs(start, goal, eased(share, step.ease))
            controller.look(epoch=None if epoch >= newest else epoch)
            self._point_at(TIMELINE, is_pressed=share < 1.0)

        return (yield from self._passing(self._slide(begin, step.seconds, move)))

    def _passing(self, frames: Frames) -> Frames:
        """Show moments or networks one after another; a verdict on a few frames is left out."""
        verdict_bar = self._presentation.layout.verdict_bar
        verdict_bar.set_in_a_film(True)
        end = yield from frames
        verdict_bar.set_in_a_film(False)
        return end

    def _focus(self, step: Focus, begin: float) -> Frames:
        move = self._presentation.move_focus(step.focus)
        takes = min(_FOCUSED / step.seconds, 1.0) if step.seconds else 1.0

        def go(share: float) -> None:
            move(eased(min(share / takes, 1.0), "smooth"))

        return (yield from self._slide(begin, step.seconds, go))

    def _draw(self, step: Draw, begin: float) -> Frames:
        controller, place = self._controller, len(self._controller.annotations)
        on = self._charts().get(step.on)
        if self.is_on_camera and (on is None or not on.isVisible()):
            self.log.unseen.append((self.step, step.on))

        def move(share: float) -> None:
            chart = self._charts().get(step.on)
            drawn = step.annotation()
            if chart is not None and share < 1.0:
                drawn = begun(drawn, chart.frame(), share)
            before, after = controller.annotations[:place], controller.annotations[place + 1 :]
            controller.annotate((*before, drawn, *after))

        return (yield from self._slide(begin, step.seconds, move))

    def _wait_until(self, step: WaitUntil, begin: float) -> Frames:
        statement, runner = parse_claim(step.until), self._controller.runner
        start = runner.epoch
        # Off camera the second of the film stands still.
        began = self._played - (self.now - begin if self.is_on_camera else 0.0)
        while True:
            view, experiment = self._controller.view, self._controller.session.experiment
            values: dict[Term, float | str] = {}
            is_over = self._played - began >= step.limit
            is_present = view is not None and view.generation == runner.generation
            if view is not None and is_present and view.run.experiment == experiment:
                history, states = view.run.history, view.run.checkpoints
                state, best = states.last, states.at(history.best_epoch)
                trained = Trained(experiment, view.dataset, history, state, best)
                values = {term: measure_term(term, trained) for term in statement.terms}
                if statement.holds(values.__getitem__):
                    return self.now if self.is_on_camera else begin
                is_over |= view.is_finished
            if not self._is_behind():
                if is_over:
                    proved = Measured(experiment, values, holds=False)
                    raise _not_proved(self.step, step.until, proved)
                if self.is_hurried:
                    began -= _HURRIED
                runner.train_to(start + round((self._played - began + 1 / 30) * step.epochs))
            yield

    def _require(self, claim: str) -> None:
        if self._prove is None:
            return
        found = self._prove(claim, self._controller.session.experiment)
        if not found.holds:
            raise _not_proved(self.step, claim, found)

    def _hide(self, steps: Sequence[Step], begin: float) -> Frames:
        was_on, self.is_on_camera = self.is_on_camera, False
        words = self._words
        for step in steps:
            playing = self._do(step, begin)
            goes_on = True
            while goes_on or self._is_behind():
                # One frame more than it has, in which its end comes to be seen.
                goes_on = goes_on and next(playing, self) is None
                yield from self._let_pass_a_frame()
        if was_on and not self._waits:
            end = self._played + _COMES_TO_REST
            while self._played < end - _EPSILON:
                yield from self._let_pass_a_frame()
        self.is_on_camera = was_on
        if was_on and self._words != words:  # they are there when the camera is on again
            self.log.captions.append((begin, self._words))
        return begin

    def _let_pass_a_frame(self) -> Iterator[None]:
        """A frame that is no part of the film."""
        before = self._played
        yield
        self._hidden += self._played - before

    def _in_turn(self, steps: Sequence[Step], begin: float) -> Frames:
        for step in steps:
            begin = yield from self._wait_for(step, begin)
            begin = yield from self._do(step, begin)
            if isinstance(step, Still) and self.is_on_camera:
                yield  # the frame of which it is; what comes after it is no later for that
        return begin

    def _together(self, tracks: Sequence[Sequence[Step]], begin: float) -> Frames:
        ends, playing = [begin], [self._in_turn(steps, begin) for steps in tracks]
        while True:
            going = []
            for each in playing:
                try:
                    next(each)
                except StopIteration as over:
                    ends.append(over.value)
                else:
                    going.append(each)
            playing = going
            if not playing:
                return max(ends)
            yield

    # the pointer

    def _point_at(self, aim: str, *, is_pressed: bool = False, jumps: bool = False) -> None:
        since = self.now if jumps else min(self.now, self._leaves)
        self._pointer.point_at(
            aim, since, glides=self.is_on_camera, is_pressed=is_pressed, jumps=jumps
        )

    def _place_pointer(self) -> None:
        if self._next and self.now >= self._leaves - _EPSILON:
            self._point_at(self._next)
        placed = self._pointer.place(self.now)
        if placed is not None and self.is_on_camera:
            place, is_pressed = placed
            self.log.pointer.append((self.now, place.x(), place.y(), is_pressed))


_TABS = {"band": "fit", "thinned": "fit"}


def _not_proved(step: str, claim: str, found: Measured) -> NotProvedError:
    lines = found.lines() or ["nothing is trained"]
    seen = "\n".join(f"  {line.replace('**', '')}" for line in lines)
    return NotProvedError(f"{step}: {claim} does not hold:\n{seen}")
