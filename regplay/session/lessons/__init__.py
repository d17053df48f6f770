"""Lessons: guided tours that prove what they say; `check` trains what they claim, with torch."""

from regplay.session.lessons.lesson import (
    Changes,
    Claim,
    Lesson,
    LessonError,
    Option,
    Page,
    PinSpec,
    Question,
    find_lesson,
    is_lesson,
    lessons,
    load_lesson,
    loads_lesson,
    page_name,
)
from regplay.session.lessons.observations import Observations

__all__ = [
    "LARGEST_LESSON",
    "Changes",
    "Claim",
    "Lesson",
    "LessonError",
    "Observations",
    "Option",
    "Page",
    "PinSpec",
    "Question",
    "find_lesson",
    "is_lesson",
    "lessons",
    "load_lesson",
    "loads_lesson",
    "page_name",
]
