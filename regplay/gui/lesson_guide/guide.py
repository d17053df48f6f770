"""The guide through a lesson: it holds the page, and sets up what the page asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from regplay.core.bias_variance import Decomposition
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import History
from regplay.core.state import State
from regplay.gui.controls import ControlPanel, Folding
from regplay.gui.lesson_guide.lesson_panel import LessonPanel
from regplay.session import lessons
from regplay.session.claims import Term
from regplay.session.lessons import Lesson, LessonError, Page, PagePlace, Progress, is_done_by


@dataclass(frozen=True)
class OpenPage:
    """A page of a lesson, and what it works on; `number` is from 0."""

    lesson: Lesson
    number: int

    @property
    def page(self) -> Page:
        """What is written on it."""
        return self.lesson.pages[self.number]

    @property
    def experiment(self) -> Experiment:
        """Its own, before anything is changed."""
        return self.lesson.experiment(self.number)

    @property
    def place(self) -> PagePlace:
        """What tells it from all others."""
        return self.lesson.id, self.number


class Guide(QObject):
    """Connects the panel, the controls, and what the reader's own runs have shown.

    The panel is made when something is first shown in it.

    A page is set up when it is opened: its experiment is chosen, controls are pointed out or
    hidden. From then on the reader may change anything; the page stays. Answers and ticks are kept
    while the window is open. What a lesson unfolded in the controls is folded again after it.

    Parameters
    ----------
    may_read
        Whether files that a lesson names may be read: anyone may have written it.
    load
        Reads the lessons that ship with the program.
    """

    experiment_chosen = Signal(object)  # (Experiment): work on this one
    panel_made = Signal(object)  # (LessonPanel): it is there from now on, hidden
    # (str): show this tab, one of `fit`, `landscape`, `seeds`, `network`, `split`
    view_chosen = Signal(str)
    # (tuple[str, ...]): show the curves of these sliders, and no others
    curves_chosen = Signal(object)
    # (list[tuple[str, Experiment]]): train and pin these, under these names, in place of those of
    # the page before
    pins_chosen = Signal(object)
    moment_chosen = Signal(object)  # (int | None): show the run at this epoch, or at its newest
    play_requested = Signal()  # train what was chosen
    # What the page asks for was done by a button: train what the view beside shows, too
    tried = Signal()
    terms_wanted = Signal()  # what the page claims is to be measured: it asks `unknown_terms`
    # (tuple[str, ...]): these fields are pointed out now; for those, such as `epochs`, whose
    # controls are elsewhere
    highlights_changed = Signal(object)
    link_chosen = Signal(str)  # a link to an experiment was clicked in a text, `regplay:…`
    position_changed = Signal()  # another page, or none
    failed = Signal(str)  # something is refused; nothing has changed

    def __init__(
        self,
        controls: ControlPanel,
        may_read: Callable[[Sequence[str]], bool],
        parent: QObject | None = None,
        load: Callable[[], Sequence[Lesson]] = lessons.lessons,
    ) -> None:
        super().__init__(parent)
        self._controls, self._may_read, self._load = controls, may_read, load
        self._panel: LessonPanel | None = None
        self._progress = Progress()
        self._here: OpenPage | None = None
        self._last: PagePlace | None = None  # where the reader was when a lesson was left
        self._folding: Folding | None = None  # of the controls, before a lesson was opened
        self._is_narrow = False

    @property
    def panel(self) -> LessonPanel:
        """What a lesson is read in."""
        if self._panel is None:
            self._panel = self._make_panel()
            self.panel_made.emit(self._panel)
        return self._panel

    def _make_panel(self) -> LessonPanel:
        panel = LessonPanel()
        contents, page, bar = panel.contents, panel.page_view, panel.bar
        panel.contents_button.clicked.connect(self._toggle_contents)
        panel.close_button.clicked.connect(self.close)
        contents.open_button.clicked.connect(self.ask_for_file)
        contents.lesson_chosen.connect(lambda lesson_id: self.go_to(lesson_id, 0))
        for part in (contents, page.text, page.score):
            part.page_chosen.connect(lambda number: self._go_to_page(number - 1))
        bar.previous.clicked.connect(self.previous_page)
        bar.next.clicked.connect(self.next_page)
        bar.reset.clicked.connect(self.reset_page)
        page.text.link_chosen.connect(self.link_chosen)
        page.question.answered.connect(self._answer)
        page.question.again_button.clicked.connect(self._answer_again)
        page.do.button.clicked.connect(self._try)
        page.score.restart.clicked.connect(self._restart)
        panel.hide()
        return panel

    @property
    def position(self) -> PagePlace | None:
        """The id of the lesson that is open and its page, from 0; None without one."""
        return None if self._here is None else self._here.place

    @property
    def page(self) -> Page | None:
        """The one that is open."""
        return None if self._here is None else self._here.page

    @cached_property
    def _lessons(self) -> dict[str, Lesson]:
        """All that are known, by their ids, in order; `LessonError` where one is damaged."""
        return {lesson.id: lesson for lesson in self._load()}

    def _after(self, lesson: Lesson) -> Lesson | None:
        known = [*self._lessons.values()]
        return next(iter(known[known.index(lesson) + 1 :]), None)

    # coming and going

    def open(self) -> None:
        """Show the panel: the page at which a lesson was left, or the list of lessons.

        The experiment stays as it is.
        """
        if self._here is not None:
            self.panel.show()
        elif self._last is not None:
            self.go_to(*self._last, sets_up=False)
        else:
            self.show_contents()

    def close(self) -> None:
        """Leave the lesson: hide the panel, and show the controls as they were before it."""
        if self._panel is not None:
            self._panel.hide()
        if self._here is not None:
            self._last, self._here = self._here.place, None
            self._point_out()
            if self._folding is not None:
                self.curves_chosen.emit(self._folding.curves)
                self._folding = None
            self.position_changed.emit()

    def toggle(self) -> None:
        """Open, or close what is open."""
        if self._panel is None or self._panel.isHidden():
            self.open()
        else:
            self.close()

    def show_contents(self) -> None:
        """Show the list of lessons; a page that is open waits behind it."""
        try:
            known = [*self._lessons.values()]
        except LessonError as error:
            self.failed.emit(str(error))
            return
        self.panel.show()
        self.panel.show_contents(known, self.position, self._progress.counts())

    def ask_for_file(self) -> None:
        """Ask for a lesson file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self.panel.window(), "Open lesson", "", "Lessons (*.toml);;All files (*)"
        )
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        """Begin the lesson in a file; one that is refused changes nothing, and `failed` says why.

        If it learns from files, `may_read` is asked first, once for the whole lesson. It is listed
        from now on, in place of one with the same id.
        """
        try:
            known = self._lessons
            lesson = lessons.load_lesson(path)
        except LessonError as error:
            self.failed.emit(str(error))
            return
        if lesson.files and not self._may_read(lesson.files):
            self.failed.emit(f"{path.name} was not opened: it learns from a file.")
            return
        if known.get(lesson.id) != lesson:
            self._progress.forget(lesson.id)
        known[lesson.id] = lesson
        self.go_to(lesson.id, 0)

    # pages

    def go_to(self, lesson_id: str, page: int, *, sets_up: bool = True) -> None:
        """Open a page, from 0; `failed` is emitted if there is none, and nothing changes.

        Parameters
        ----------
        sets_up
            Whether to choose its experiment, view, curves and pins, too, and to train. Without,
            as when a session is opened that has its own, controls alone are pointed out or hidden.
        """
        try:
            lesson = self._lessons.get(lesson_id)
        except LessonError as error:
            self.failed.emit(str(error))
            return
        if lesson is None:
            self.failed.emit(f"There is no lesson {lesson_id} here: open its file first.")
        elif not 0 <= page < len(lesson.pages):
            pages = len(lesson.pages)
            self.failed.emit(f"{lesson.title} has no page {page + 1}, only 1 to {pages}.")
        else:
            self._open(OpenPage(lesson, page), sets_up=sets_up)

    def _open(self, here: OpenPage, *, sets_up: bool) -> None:
        if self._folding is None:
            self._folding = self._controls.folding()
        self._here = here
        self._progress.look(here.lesson)
        following = self._after(here.lesson)
        self.panel.show_page(
            here.lesson,
            here.number,
            self._progress.reached(here.lesson, here.number),
            "" if following is None else following.title,
        )
        self.panel.show()
        if sets_up:
            self._set_up()
        self._point_out()
        self.position_changed.emit()
        self.terms_wanted.emit()

    def next_page(self) -> None:
        """Go to the next page, after the last one to the next lesson."""
        if (here := self._here) is None:
            return
        if here.number + 1 < len(here.lesson.pages):
            self._go_to_page(here.number + 1)
        elif (following := self._after(here.lesson)) is not None:
            self.go_to(following.id, 0)

    def previous_page(self) -> None:
        """Go to the page before, if there is one."""
        if self._here is not None and self._here.number > 0:
            self._go_to_page(self._here.number - 1)

    def reset_page(self) -> None:
        """Set up the page as when it was opened."""
        self._set_up()
        self._point_out()

    def _go_to_page(self, page: int) -> None:
        if self._here is not None:
            self.go_to(self._here.lesson.id, page)

    def _toggle_contents(self, wants_contents: bool) -> None:
        if wants_contents:
            self.show_contents()
        elif self._here is None:
            self.close()  # there is no page to go back to
        else:
            self.panel.show_again()

    # what a page asks for

    def _set_up(self) -> None:
        if (here := self._here) is None:
            return
        self.moment_chosen.emit(None)
        self._begin(here.page, here.experiment)
        pins = [(pin.name, replace(here.experiment, pin.set)) for pin in here.page.pins]
        self.pins_chosen.emit(pins)
        if here.page.plays:
            self.play_requested.emit()

    def _begin(self, page: Page, experiment: Experiment) -> None:
        self.experiment_chosen.emit(experiment)
        if page.view is not None:
            self.view_chosen.emit(page.view)
        self._show_curves(page)

    def _show_curves(self, page: Page) -> None:
        """Those of the page, else the reader's own; none while they would answer a question."""
        curves = page.curves or (() if self._folding is None else self._folding.curves)
        asks_where = page.question is not None and page.question.handle is not None
        if asks_where and self.position is not None:
            is_answered = self._progress.at(self.position).answer is not None
            curves = curves if is_answered else ()
        if curves != self._controls.chosen_curves():
            self.curves_chosen.emit(curves)

    def set_narrow(self, is_narrow: bool) -> None:
        """In a narrow window, leave of the controls those that a page names."""
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            if self._here is not None:
                self._point_out()

    def _point_out(self) -> None:
        """Highlight, hide and unfold what the page wants; nothing without one."""
        page, controls = self.page, self._controls
        if self._folding is not None:
            controls.fold(self._folding)
        highlights = () if page is None else page.highlights
        hides = set[str]() if page is None else set(page.hides)
        if self._is_narrow and page is not None:
            named = {*highlights, *page.tries, *page.curves} & controls.paths()
            hides |= controls.paths() - named
        controls.set_hidden_paths(hides)
        controls.set_highlighted(highlights)
        self.highlights_changed.emit(highlights)

    # predict and do

    def _answer(self, answer: float) -> None:
        if self._here is not None:
            self._progress.choose(self._here.place, answer)
            self._show_reached()
            self._show_curves(self._here.page)

    def _answer_again(self) -> None:
        if self._here is not None:
            self._progress.take_back(self._here.place)
            self._show_reached()

    def _restart(self) -> None:
        """Begin a quiz anew."""
        if self._here is not None:
            self._progress.forget(self._here.lesson.id)
            self._go_to_page(0)

    def _try(self) -> None:
        """Do what the page asks for, and give the answer where that gives it away."""
        if (here := self._here) is None:
            return
        if here.page.question is not None:
            self._progress.choose(here.place)
        self._begin(here.page, replace(here.experiment, here.page.tries))
        self.play_requested.emit()
        self.moment_chosen.emit(here.page.moment)
        self.tried.emit()
        self._note_done()

    def note_moment(self, epoch: int | None) -> None:
        """Take in that the reader looks at another epoch of the run; None is its newest."""
        here = self._here
        if here is None or here.page.moment is None or epoch is None:
            return
        if epoch**2 <= max(here.page.moment, 1) * here.experiment.epochs:  # halfway, by logarithms
            self._note_done()

    def _note_done(self) -> None:
        if self._here is not None and self._progress.do(self._here.place):
            self._show_reached()
            self.terms_wanted.emit()

    # see

    def unknown_terms(self) -> list[tuple[Term, Experiment]]:
        """What is to be trained for the claims of the page, once its reader has done their part."""
        here = self._here
        if here is None or not self._progress.at(here.place).is_done:
            return []
        terms = self._progress.unknown(here.lesson, here.number)
        return [(term, term.experiment(here.experiment)) for term in terms]

    def note_run(
        self,
        experiment: Experiment,
        history: History,
        dataset: Dataset,
        state: State | None,
        best: State | None = None,
        *,
        is_own: bool = True,
    ) -> None:
        """Take in a run that is complete; `look_for_claims` ticks the claims that it shows.

        Its states are as for `Observations.note`. Only the reader's own may be what the page asks
        for.
        """
        self._progress.observations.note(experiment, history, dataset, state, best)
        here = self._here
        if here is not None and is_own and is_done_by(here.page, here.experiment, experiment):
            self._note_done()

    def note_parts(self, experiment: Experiment, dataset: Dataset, parts: Decomposition) -> None:
        """Take in bias² and variance of networks trained on other draws; as `note_run`."""
        self._progress.observations.note_parts(experiment, dataset, parts)

    def look_for_claims(self) -> None:
        """Tick the claims of the lesson that what was taken in shows, all of it at once."""
        if (here := self._here) is None:
            return
        self._progress.look(here.lesson)
        page, is_measured = here.page, not self._progress.unknown(here.lesson, here.number)
        if page.do and page.claims and not page.tries and page.moment is None and is_measured:
            self._note_done()  # what was to be done was to wait for it
        self._show_reached()

    def note_problem(self, problem: str) -> None:
        """Take in why the claims of the page can't be measured; empty if they can."""
        if self._panel is not None:
            self._panel.page_view.set_problem(problem)

    def _show_reached(self) -> None:
        if self._here is not None:
            reached = self._progress.reached(self._here.lesson, self._here.number)
            self.panel.set_reached(reached)
