"""Lessons in a terminal: the list of them, the check of their claims, and what it came to."""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from regplay.session.files import finite
from regplay.session.lesson import Lesson, page_name
from regplay.session.lesson_check import ClaimCheck, LessonCheck
from regplay.session.terminal import CtrlC, StatusLine, counted, with_memory

Results = Sequence[ClaimCheck | None]  # of the claims of a lesson; None for what had not finished


def check_lesson(
    lesson: Lesson, seeds: int | None, first_seed: int, *, counts: str = ""
) -> tuple[Results, bool]:
    """Check all claims or as many as Ctrl-C lets; what came of them, and whether it was Ctrl-C.

    Parameters
    ----------
    seeds, first_seed
        As for `LessonCheck`.
    counts
        Which of how many lessons it is, at the beginning of the progress line.

    Raises
    ------
    LessonError
        Before any training.
    """

    def attempt(device: str, quiet: bool) -> tuple[Results, bool]:
        progress = StatusLine(sys.stderr)
        try:
            with CtrlC() as ctrl_c:
                check = LessonCheck(lesson, seeds=seeds, first_seed=first_seed, device=device)
                while not check.finished and not ctrl_c.pressed:
                    if check.advance():
                        progress.show(lambda _: counts + status(check))
        finally:
            progress.clear()
        return check.results(), not check.finished

    return with_memory(attempt, None)


def status(check: LessonCheck) -> str:
    """How far a check is, in one line."""
    networks = counted(check.networks, "network")
    return (
        f"{check.lesson.id} · {100 * check.progress:.0f} % · {check.trained:,} of {networks} "
        "finished"
    )


def table(lessons: Sequence[Lesson]) -> str:
    """A line for each lesson."""
    rows = [["id", "title", "minutes", "pages", "claims", "summary"]]
    for lesson in lessons:
        numbers = lesson.minutes, len(lesson.pages), len(lesson.claims)
        rows.append([lesson.id, lesson.title, *map(str, numbers), lesson.summary])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "   ".join(
            cell.rjust(width) if 2 <= column <= 4 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def describe(lesson: Lesson, results: Results, marks: str = "✓✗") -> str:
    """What the check of a lesson came to, claim by claim.

    Parameters
    ----------
    marks
        What stands before a claim that holds, and before one that does not.
    """
    lines, page = [f"{lesson.id}: {lesson.title}"], -1
    if not results:
        lines.append("  no claims")
    for check in results:
        if check is None:
            continue
        if check.page != page:
            page = check.page
            lines.append(f"  {page_name(page, lesson.pages[page].title)}")
        lines.append(f"  {marks[0] if check.holds else marks[1]} {check.claim.text.strip()}")
        lines.append(f"      {check.claim.claim}")
        lines.append(
            f"      holds for {check.holding} of {counted(len(check.seeds), 'seed')}; "
            f"{check.agree} must"
        )
        lines += _measured(check)
    missing = sum(check is None for check in results)
    if missing:
        lines.append(f"  {counted(missing, 'claim')} had not finished")
    return "\n".join(lines)


def _measured(check: ClaimCheck) -> list[str]:
    """A line for each term: the median over the seeds and the range, or how often each word."""
    terms = [str(term) for term in check.terms]
    width = max(map(len, terms))
    return [
        f"        {term.ljust(width)}  {_over_seeds([seed.values[place] for seed in check.seeds])}"
        for place, term in enumerate(terms)
    ]


def _over_seeds(values: Sequence[float | str]) -> str:
    texts = [value for value in values if isinstance(value, str)]
    if texts:
        return ", ".join(f"{text} {count}" for text, count in Counter(texts).most_common())
    numbers = np.array([value for value in values if not isinstance(value, str)])
    known = numbers[~np.isnan(numbers)]
    if not known.size:
        return "none"
    line = f"{np.median(known):<9.4g}"
    if known.min() < known.max():
        line += f"  {known.min():.4g} to {known.max():.4g}"
    if known.size < numbers.size:
        line += f"  none for {counted(numbers.size - known.size, 'seed')}"
    return line.rstrip()


def last_line(checked: Sequence[tuple[Lesson, Results]], seconds: float) -> str:
    """How many claims hold, and where those are that do not."""
    done = [
        (lesson, check) for lesson, results in checked for check in results if check is not None
    ]
    failed = [(lesson, check) for lesson, check in done if not check.holds]
    first = (
        f"{len(done) - len(failed):,} of {len(done):,} claims hold; "
        f"{counted(len(checked), 'lesson')} in {seconds:.1f} s"
    )
    lines = [
        f"Does not hold: {lesson.id}, {page_name(check.page, lesson.pages[check.page].title)}: "
        f"{check.claim.claim}"
        for lesson, check in failed
    ]
    return "\n".join([first, *lines])


def summary(lesson: Lesson, results: Results | None) -> dict[str, Any]:
    """A lesson as plain values for JSON, with its claims if they were checked.

    A claim that had not finished is not in it; None stands for a value that there isn't.
    """
    plain: dict[str, Any] = {
        "id": lesson.id,
        "title": lesson.title,
        "summary": lesson.summary,
        "minutes": lesson.minutes,
        "pages": len(lesson.pages),
    }
    if results is None:
        return plain | {"claims": len(lesson.claims)}
    return plain | {"claims": [_plain(check) for check in results if check is not None]}


def _plain(check: ClaimCheck) -> dict[str, Any]:
    terms = [str(term) for term in check.terms]
    return {
        "page": check.page + 1,
        "text": check.claim.text.strip(),
        "claim": check.claim.claim,
        "holds": check.holds,
        "holding": check.holding,
        "agree": check.agree,
        "seeds": [
            {
                "seed": seed.seed,
                "holds": seed.holds,
                "values": {
                    term: value if isinstance(value, str) else finite(value)
                    for term, value in zip(terms, seed.values, strict=True)
                },
            }
            for seed in check.seeds
        ],
    }
