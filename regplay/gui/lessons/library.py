"""The lessons that can be read: those that ship with the program, and those opened by hand."""

from collections.abc import Callable, Sequence

from regplay.session import lessons
from regplay.session.lessons import Lesson


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
