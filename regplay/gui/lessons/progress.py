"""What a reader has done so far: answers to questions, and claims shown by their own runs."""

from collections.abc import Set

from regplay.gui.lessons.question_view import REVEALED
from regplay.session.lessons import Lesson
from regplay.session.observations import Observations

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
