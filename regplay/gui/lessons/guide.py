"""The guide through a lesson: it holds the page, and sets up what the page asks for."""

from collections.abc import Callable, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from regplay.core.bias_variance import Decomposition
from regplay.core.datasets import Dataset
from regplay.core.experiment import Experiment
from regplay.core.fields import replace
from regplay.core.history import History
from regplay.gui.controls import ControlPanel
from regplay.gui.lessons.lesson_panel import LessonPanel
from regplay.gui.lessons.page_view import REVEALED
from regplay.session import lessons
from regplay.session.lessons import Lesson, LessonError, Observations, Page

if TYPE_CHECKING:
    from regplay.core.population import State


class Library:
    """Lessons in order; the shipped ones are read when they are first needed.

    Parameters
    ----------
    load
        Reads the shipped ones.
    """

    def __init__(self, load: Callable[[], Sequence[Lesson]] = lessons.lessons) -> None:
        self._load = load
        self._known: dict[str, Lesson] | None = None

    def all(self) -> list[Lesson]:
        """Every lesson.

        Raises
        ------
        LessonError
            If one that ships with the program is damaged.
        """
        if self._known is None:
            self._known = {lesson.id: lesson for lesson in self._load()}
        return list(self._known.values())

    def find(self, lesson_id: str) -> Lesson | None:
        """The lesson of this id; raises as `all`."""
        return next((lesson for lesson in self.all() if lesson.id == lesson_id), None)

    def after(self, lesson_id: str) -> Lesson | None:
        """The lesson that follows the one of this id; raises as `all`."""
        known = self.all()
        place = [lesson.id for lesson in known].index(lesson_id) + 1
        return known[place] if place < len(known) else None

    def add(self, lesson: Lesson) -> None:
        """List it from now on, in place of one with the same id; raises as `all`."""
        self.all()
        assert self._known is not None
        self._known[lesson.id] = lesson


Place = tuple[str, int]  # a lesson's id, and a page of it from 0


class Progress:
    """Kept while the window is open.

    Attributes
    ----------
    observations
        What the reader's runs have shown.
    """

    def __init__(self) -> None:
        self.observations = Observations()
        self._answers: dict[Place, int] = {}
        self._shown: dict[Place, set[int]] = {}

    def answer(self, place: Place) -> int | None:
        """The option that was chosen on a page, `REVEALED`, or None before any answer."""
        return self._answers.get(place)

    def choose(self, place: Place, option: int = REVEALED) -> int:
        """Note an answer; returns the one that stands, which is the first."""
        return self._answers.setdefault(place, option)

    def shown(self, place: Place) -> Set[int]:
        """Indices of the claims of a page that are ticked."""
        return self._shown.get(place, frozenset())

    def counts(self) -> dict[str, int]:
        """How many claims of each lesson are ticked, by its id."""
        counts: dict[str, int] = {}
        for (lesson_id, _), shown in self._shown.items():
            counts[lesson_id] = counts.get(lesson_id, 0) + len(shown)
        return counts

    def look(self, lesson: Lesson) -> None:
        """Tick the claims of a lesson that are shown by now; a tick stays."""
        for page, content in enumerate(lesson.pages):
            shown = self._shown.setdefault((lesson.id, page), set())
            for index, claim in enumerate(content.claims):
                base = lesson.experiment(page)
                if index not in shown and self.observations.shows(claim.statement, base):
                    shown.add(index)

    def forget(self, lesson_id: str) -> None:
        """Take back answers and ticks of a lesson, which has another text now."""
        kept: dict[Place, int] | dict[Place, set[int]]
        for kept in (self._answers, self._shown):
            for place in [place for place in kept if place[0] == lesson_id]:
                del kept[place]


class Guide(QObject):
    """Connects the panel, the controls, and what the reader's own runs have shown.

    A page is set up when it is opened: its experiment is chosen, controls are pointed out or
    hidden. From then on the reader may change anything; the page stays. Answers and ticks are kept
    while the window is open.

    Parameters
    ----------
    may_read
        Whether files that a lesson names may be read: anyone may have written it.
    load
        Reads the lessons that ship with the program.

    Signals
    -------
    experiment_chosen
        (Experiment): work on this one.
    view_chosen
        (str): show this tab, one of `fit`, `landscape`, `seeds`, `network`, `split`.
    curves_chosen
        (tuple[str, ...]): show the curves of these sliders, and no others.
    pins_chosen
        (list[tuple[str, Experiment]]): train and pin these, under these names, in place of those of
        the page before.
    play_requested
        Train what was chosen.
    tried
        It answers a question: train what the view beside shows, too.
    highlights_changed
        (tuple[str, ...]): these fields are pointed out now; for those, such as `epochs`, whose
        controls are elsewhere.
    link_chosen
        (str): a link to an experiment was clicked in a text, `regplay:…`.
    position_changed
        Another page, or none.
    failed
        (str): something is refused; nothing has changed.
    """

    experiment_chosen = Signal(object)
    view_chosen = Signal(str)
    curves_chosen = Signal(object)
    pins_chosen = Signal(object)
    play_requested = Signal()
    tried = Signal()
    highlights_changed = Signal(object)
    link_chosen = Signal(str)
    position_changed = Signal()
    failed = Signal(str)

    def __init__(
        self,
        panel: LessonPanel,
        controls: ControlPanel,
        may_read: Callable[[Sequence[str]], bool],
        parent: QObject | None = None,
        load: Callable[[], Sequence[Lesson]] = lessons.lessons,
    ) -> None:
        super().__init__(parent)
        self._panel, self._controls, self._may_read = panel, controls, may_read
        self._library = Library(load)
        self._progress = Progress()
        self._lesson: Lesson | None = None  # the one that is open
        self._page = 0
        self._last: Place | None = None  # where the reader was when a lesson was left
        panel.contents_toggled.connect(self._toggle_contents)
        panel.close_clicked.connect(self.close)
        panel.open_clicked.connect(self.ask_for_file)
        panel.lesson_chosen.connect(lambda lesson_id: self.go_to(lesson_id, 0))
        panel.page_chosen.connect(self._go_to_page)
        panel.previous_clicked.connect(self.previous_page)
        panel.next_clicked.connect(self.next_page)
        panel.reset_clicked.connect(self.reset_page)
        panel.answered.connect(self._answer)
        panel.try_clicked.connect(self._try)
        panel.link_chosen.connect(self.link_chosen)
        panel.hide()

    @property
    def position(self) -> Place | None:
        """The id of the lesson that is open and its page, from 0; None without one."""
        return None if self._lesson is None else (self._lesson.id, self._page)

    # coming and going

    def open(self) -> None:
        """Show the panel: the page at which a lesson was left, or the list of lessons.

        The experiment stays as it is.
        """
        if self._lesson is None and self._last is not None:
            self.go_to(*self._last, sets_up=False)
        elif self._lesson is None:
            self.show_contents()
        else:
            self._panel.show()

    def close(self) -> None:
        """Leave the lesson: hide the panel, and show all controls as ever."""
        self._panel.hide()
        self._point_out((), ())
        if self.position is not None:
            self._last, self._lesson = self.position, None
            self.position_changed.emit()

    def toggle(self) -> None:
        """Open, or close what is open."""
        if self._panel.isHidden():
            self.open()
        else:
            self.close()

    def show_contents(self) -> None:
        """Show the list of lessons; a page that is open waits behind it."""
        try:
            known = self._library.all()
        except LessonError as error:
            self.failed.emit(str(error))
            return
        self._panel.show()
        self._panel.show_contents(known, self.position, self._progress.counts())

    def ask_for_file(self) -> None:
        """Ask for a lesson file and open it."""
        name, _ = QFileDialog.getOpenFileName(
            self._panel.window(), "Open lesson", "", "Lessons (*.toml);;All files (*)"
        )
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        """Begin the lesson in a file; one that is refused changes nothing, and `failed` says why.

        If it learns from files, `may_read` is asked first, once for the whole lesson. It is listed
        from now on, in place of one with the same id.
        """
        try:
            before = self._library.all()
            lesson = lessons.load_lesson(path)
        except LessonError as error:
            self.failed.emit(str(error))
            return
        if lesson.files and not self._may_read(lesson.files):
            self.failed.emit(f"{path.name} was not opened: it learns from a file.")
            return
        self._library.add(lesson)
        if lesson not in before:
            self._progress.forget(lesson.id)
        self.go_to(lesson.id, 0)

    # pages

    def go_to(self, lesson_id: str, page: int, *, sets_up: bool = True) -> None:
        """Open a page; `failed` is emitted if there is none, and nothing changes.

        Parameters
        ----------
        page
            Counted from 0.
        sets_up
            Whether to choose its experiment, view, curves and pins, too, and to train. Without,
            as when a session is opened that has its own, controls alone are pointed out or hidden.
        """
        try:
            lesson = self._library.find(lesson_id)
        except LessonError as error:
            self.failed.emit(str(error))
            return
        if lesson is None:
            self.failed.emit(f"There is no lesson {lesson_id} here: open its file first.")
        elif not 0 <= page < len(lesson.pages):
            pages = len(lesson.pages)
            self.failed.emit(f"{lesson.title} has no page {page + 1}, only 1 to {pages}.")
        else:
            self._open(lesson, page, sets_up=sets_up)

    def _open(self, lesson: Lesson, page: int, *, sets_up: bool) -> None:
        self._lesson, self._page, content = lesson, page, lesson.pages[page]
        self._progress.look(lesson)
        place, following = (lesson.id, page), self._library.after(lesson.id)
        self._panel.show_page(
            lesson,
            page,
            self._progress.shown(place),
            self._progress.answer(place),
            "" if following is None else following.title,
        )
        self._panel.show()
        if sets_up:
            self._set_up()
        self._point_out(content.highlights, content.hides)
        self.position_changed.emit()

    def next_page(self) -> None:
        """Go to the next page, after the last one to the next lesson."""
        if (lesson := self._lesson) is None:
            return
        if self._page + 1 < len(lesson.pages):
            self.go_to(lesson.id, self._page + 1)
        elif (following := self._library.after(lesson.id)) is not None:
            self.go_to(following.id, 0)

    def previous_page(self) -> None:
        """Go to the page before, if there is one."""
        if self._lesson is not None and self._page > 0:
            self.go_to(self._lesson.id, self._page - 1)

    def reset_page(self) -> None:
        """Set up the page as when it was opened."""
        self._set_up()
        if self._lesson is not None:
            page = self._lesson.pages[self._page]
            self._point_out(page.highlights, page.hides)

    def _go_to_page(self, page: int) -> None:
        if self._lesson is not None:
            self.go_to(self._lesson.id, page)

    def _toggle_contents(self, wants_contents: bool) -> None:
        if wants_contents:
            self.show_contents()
        elif self._lesson is None:
            self.close()  # there is no page to go back to
        else:
            self._panel.show_again()

    # what a page asks for

    def _set_up(self) -> None:
        if self._lesson is None:
            return
        page, experiment = self._lesson.pages[self._page], self._lesson.experiment(self._page)
        self._begin(page, experiment)
        self.pins_chosen.emit([(pin.name, replace(experiment, pin.set)) for pin in page.pins])
        if page.plays:
            self.play_requested.emit()

    def _begin(self, page: Page, experiment: Experiment) -> None:
        self.experiment_chosen.emit(experiment)
        if page.view is not None:
            self.view_chosen.emit(page.view)
        if page.curves:
            self.curves_chosen.emit(page.curves)

    def _point_out(self, highlights: tuple[str, ...], hides: tuple[str, ...]) -> None:
        self._controls.set_hidden_paths(hides)
        self._controls.set_highlighted(highlights)
        self.highlights_changed.emit(highlights)

    # questions

    def _answer(self, option: int) -> None:
        if self.position is not None:
            self._panel.set_answer(self._progress.choose(self.position, option))

    def _try(self) -> None:
        """Set up the experiment that answers the question, and give the answer."""
        if self._lesson is None:
            return
        page, experiment = self._lesson.pages[self._page], self._lesson.experiment(self._page)
        if page.question is not None:
            self._answer(REVEALED)
            self._begin(page, replace(experiment, page.question.tries))
            self.play_requested.emit()
            self.tried.emit()

    # claims

    def note_run(
        self, experiment: Experiment, history: History, dataset: Dataset, state: "State | None"
    ) -> None:
        """Take in a run of the reader that is complete, and tick the claims that it shows.

        Parameters
        ----------
        state
            Its last one; without it, nothing is known of its weights.
        """
        self._progress.observations.note(experiment, history, dataset, state)
        self._look_for_claims()

    def note_parts(self, experiment: Experiment, dataset: Dataset, parts: Decomposition) -> None:
        """Take in bias² and variance of networks trained on other draws of the data."""
        self._progress.observations.note_parts(experiment, dataset, parts)
        self._look_for_claims()

    def _look_for_claims(self) -> None:
        if self._lesson is not None and self.position is not None:
            self._progress.look(self._lesson)
            self._panel.set_shown(self._progress.shown(self.position))
