"""Lessons: guided tours that prove what they say; `check` trains what they claim, with torch."""

from regplay.session.lessons.lesson import (
    Changes,
    Claim,
    Handle,
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
from regplay.session.lessons.listing import lesson_summary, lesson_table
from regplay.session.lessons.progress import (
    REVEALED,
    Measured,
    Observations,
    PagePlace,
    Progress,
    Reached,
    Score,
    is_done_by,
)
