"""What is wrong with a lesson file, in words that say where and what to do."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import msgspec

from regplay.core.fields import ExperimentError, field
from regplay.core.hyperparameters import SWEEPABLE
from regplay.core.likeness import nearest
from regplay.session.claims import ClaimError
from regplay.session.lesson import ONE_LINE, SMALL_WORDS, Claim, Lesson, Page, Part, View
from regplay.session.pins import MOST as MOST_PINS

_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\[\.\.\.\]")
_PATTERNS = {
    ONE_LINE: "must be a single line",
    SMALL_WORDS: "must be small letters, digits and hyphens, such as weight-decay",
}


def page_name(index: int, title: object) -> str:
    """A page, counted from 0, by its number and title."""
    return f"page {index + 1}" + (f" ({title})" if isinstance(title, str) and title else "")


def problems_of(page: Page) -> list[str]:
    """A line for each thing on a page that is refused although it has the right form."""
    found = []
    for key in ("highlights", "hides", "curves"):
        for path in getattr(page, key):
            try:
                field(path)
            except ExperimentError as error:
                found.append(f"{key}: {error}")
    flat = [path for path in page.curves if path not in SWEEPABLE]
    found += [f"curves: {path} has no curve; there are {', '.join(SWEEPABLE)}" for path in flat]
    both = [path for path in page.highlights if path in page.hides]
    found += [f"hides: {path} is highlighted too; do one of both" for path in both]
    names = [pin.name for pin in page.pins]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    found += [f"pins: {name} is the name of several; give each its own" for name in twice]
    if len(page.pins) > MOST_PINS:
        found.append(f"pins: {len(page.pins)} are more than the {MOST_PINS} there is room for")
    for number, claim in enumerate(page.claims, 1):
        found += [f"claims {number}, {line}" for line in _problems_of_claim(claim)]
    if page.question is not None:
        right = sum(option.right for option in page.question.options)
        if right != 1:
            found.append(f"question: {right} options are right; mark one with right = true")
    return found


def _problems_of_claim(claim: Claim) -> list[str]:
    found = []
    try:
        terms = claim.statement.terms
        if not terms:
            found.append("claim: nothing is measured in it")
    except ClaimError as error:
        found.append(f"claim: {error}\n    {claim.claim}\n    {' ' * (error.column - 1)}^")
    if claim.agree > claim.seeds:
        found.append(f"agree = {claim.agree}: more than the {claim.seeds} seeds that there are")
    return found


def in_words(error: str, raw: Mapping[str, Any]) -> str:
    """A message of msgspec about the content of a file, with the page and the key it is about."""
    problem, _, path = error.partition(" - at `$")
    steps: list[str | int] = [
        int(index) if index else name for name, index in _STEP.findall(path) if name or index
    ]
    return f"{_place(steps, raw)}{_problem(problem, steps)}"


def _place(steps: Sequence[str | int], raw: Any) -> str:
    words: list[str] = []
    for step in steps:
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            raw = None
        if isinstance(step, str):
            words.append(step)
        elif words == ["pages"]:
            words = [page_name(step, raw.get("title") if isinstance(raw, dict) else None)]
        else:
            words[-1] += f" {step + 1}"
    return ", ".join(words) + (": " if words else "")


def _problem(problem: str, steps: Sequence[str | int]) -> str:
    for pattern, words in _PATTERNS.items():
        if repr(pattern) in problem:
            return words
    name = (re.findall(r"`([^`]*)`", problem) or [""])[0]
    if problem.startswith("Object missing"):
        return f"{name} is missing"
    if problem.startswith("Object contains unknown"):
        known = _keys(steps)
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(known)}"
        return f"{name}: no such key; {hint}"
    if steps[-1:] == ["view"]:
        return f"must be one of {', '.join(get_args(View))}"
    return problem.replace("`", "").replace("Expected", "expected").replace("Invalid", "invalid")


def _keys(steps: Sequence[str | int]) -> list[str]:
    """The keys of the table at a place of a lesson file."""
    part: type[Part] = Lesson
    for step in steps:
        if isinstance(step, str):
            known = {info.encode_name: info.type for info in msgspec.structs.fields(part)}
            part = _part_in(known[step])
    return [info.encode_name for info in msgspec.structs.fields(part)]


def _part_in(annotation: Any) -> type[Part]:
    """The table that `tuple[Page, ...]`, `Annotated[…]` or `Question | None` speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    inner = [_part_in(argument) for argument in getattr(annotation, "__args__", ())]
    return next((part for part in inner if part is not Part), Part)
