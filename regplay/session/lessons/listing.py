"""The list of lessons, in words and as plain values."""

from collections.abc import Sequence
from typing import Any

from regplay.session.lessons.lesson import Lesson
from regplay.session.text_table import table_lines


def lesson_table(lessons: Sequence[Lesson]) -> str:
    """A line for each lesson."""
    rows = [["id", "title", "minutes", "pages", "claims", "summary"]]
    for lesson in lessons:
        numbers = lesson.minutes, len(lesson.pages), len(lesson.claims)
        rows.append([lesson.id, lesson.title, *map(str, numbers), lesson.summary])
    return "\n".join(table_lines(rows, left=(0, 1, 5)))


def lesson_summary(lesson: Lesson) -> dict[str, Any]:
    """A lesson as plain values for JSON, with how many claims it makes."""
    return {
        "id": lesson.id,
        "title": lesson.title,
        "summary": lesson.summary,
        "minutes": lesson.minutes,
        "pages": len(lesson.pages),
        "claims": len(lesson.claims),
    }
