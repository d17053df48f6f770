"""`regplay lessons`."""

import sys
from argparse import ArgumentParser, Namespace

from regplay.cli.options import INTERRUPTED, whole_number
from regplay.core.errors import UserError

DOES_NOT_HOLD = 1  # exit code where a claim fails
_MARKS = "✓✗"

_CHECKS = """\
A claim such as

  valid_loss(weight_decay=0.01) < 0.5 * valid_loss(weight_decay=0)

is trained with some seeds and has to hold for as many of them as the lesson says. Each claim is
printed with what was measured: the median over the seeds, and the range.

The exit code is 1 if a claim does not hold. Ctrl-C stops; the claims that had finished are shown
all the same, and the exit code is 130.
"""
_ALL = ""


def configure(parser: ArgumentParser) -> None:
    """Say what `regplay lessons` accepts."""
    parser.description = (
        "Lists the lessons, or with --check trains everything that they claim and says whether it\n"
        "holds."
    )
    parser.epilog = _CHECKS
    parser.add_argument(
        "--check",
        nargs="?",
        const=_ALL,
        metavar="ID",
        help="check the claims of all lessons, or of one: its id, or a .toml file",
    )
    parser.add_argument(
        "--seeds",
        type=whole_number(1),
        metavar="K",
        help="check each claim with K seeds; of these the same share has to agree, rounded up",
    )
    parser.add_argument(
        "--first-seed",
        type=whole_number(0),
        metavar="N",
        help="the first of the seeds, 0 by default; the others follow it",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print nothing but a JSON array of the lessons; with --check, with each claim, "
        "whether it holds, and the values at each seed. What doesn't exist is null",
    )


def run(options: Namespace) -> int:
    """List lessons or check their claims; returns the exit code.

    Raises
    ------
    UserError
        If something is refused.
    """
    from regplay.session.lessons import find_lesson, lessons

    if options.check is None:
        if options.seeds is not None or options.first_seed is not None:
            raise UserError("--seeds and --first-seed say how to check: give --check too")
        return _list(options)
    chosen = lessons() if options.check == _ALL else [find_lesson(options.check)]
    import json
    import time

    from regplay.session.lessons.check import (
        check_lesson,
        describe_check,
        last_line,
        lesson_summary,
    )

    start, checked, was_stopped = time.perf_counter(), [], False
    for number, lesson in enumerate(chosen, 1):
        counts = f"lesson {number} of {len(chosen)}: " if len(chosen) > 1 else ""
        results, was_stopped = check_lesson(
            lesson, options.seeds, options.first_seed or 0, counts=counts
        )
        checked.append((lesson, results))
        if not options.json:
            _show(describe_check(lesson, results, _marks()) + "\n")
        if was_stopped:
            break
    if options.json:
        found = [lesson_summary(lesson, results) for lesson, results in checked]
        print(json.dumps(found, allow_nan=False), flush=True)
    else:
        _show(last_line(checked, time.perf_counter() - start))
    if was_stopped:
        print("Stopped: only claims that had finished are counted.", file=sys.stderr, flush=True)
        return INTERRUPTED
    holds = all(check is None or check.holds for _, results in checked for check in results)
    return 0 if holds else DOES_NOT_HOLD


def _list(options: Namespace) -> int:
    import json

    from regplay.session.lessons import lessons
    from regplay.session.lessons.check import lesson_summary, lesson_table

    if options.json:
        print(json.dumps([lesson_summary(lesson, None) for lesson in lessons()]), flush=True)
    else:
        _show(lesson_table(lessons()))
    return 0


def _marks() -> str:
    """Ticks and crosses where they can be printed."""
    try:
        _MARKS.encode(_encoding())
    except UnicodeEncodeError:
        return "+-"
    return _MARKS


def _show(text: str) -> None:
    """Print what lessons say, with `?` for signs that can't be printed here."""
    encoding = _encoding()
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"
