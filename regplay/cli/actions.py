"""What the sub-commands do; each returns its exit code.

Only what is quick to import is imported here: an experiment is refused before torch is loaded.
"""

import io
import json
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten

import msgspec

from regplay.cli import INTERRUPTED
from regplay.cli.commands import abandon_output
from regplay.core import UserError
from regplay.core.number_text import percent_text
from regplay.core.verdict import judge
from regplay.resources import resource
from regplay.session.experiment_text import open_experiment, read_sweep, without_effect
from regplay.session.export import to_pytorch
from regplay.session.files import OutputError, check_replaces_none, write_file, write_files
from regplay.session.lessons import find_lesson, lesson_summary, lesson_table
from regplay.session.lessons import lessons as all_lessons
from regplay.session.progress_line import importing, progress_line
from regplay.session.results import RESULTS, SweepResult, sweep_csv, verdict_summary, write_results
from regplay.session.storyboard import (
    at_marks,
    begun_at,
    in_language,
    load_storyboard,
    parsed_size,
    read_marks,
    unused_marks,
)

DOES_NOT_HOLD = 1  # exit code where a claim fails
_MOST_FPS = 60
_MOST_LISTED = 5
_MARKS = "✓✗"
_SIGNS, _PLAIN_SIGNS = _MARKS + "−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+---0123456789"


def _say(text: str, end: str = "\n") -> None:
    """Print it; `OutputError` where that can't be written, such as on a full disk."""
    try:
        print(text, end=end, flush=True)
    except BrokenPipeError:  # whoever reads it has read enough
        raise
    except OSError as error:
        abandon_output()
        raise OutputError(f"the output can't be written: {error.strerror or error}") from None


def _show(text: str) -> None:
    """Print it, with other signs for those that can't be printed here."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        _SIGNS.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(str.maketrans(_SIGNS, _PLAIN_SIGNS))
    _say(text.encode(encoding, "replace").decode(encoding))


def train(options: Namespace) -> int:
    """Train an experiment, say what came of it and which nearby setting does better."""
    experiment = open_experiment(options.experiment, options.set)  # refused before torch is loaded
    if options.out is not None:
        read = options.experiment, experiment.data.file
        check_replaces_none([options.out / name for name in RESULTS], read)
    with importing():
        from regplay.session import terminal

    result, was_stopped = terminal.train(experiment, options.device, options.out)
    try:
        tried = None
        if not (was_stopped or options.no_advice):
            tried = terminal.try_neighbours(result, options.device)
        verdict = judge(
            result.history,
            result.dataset,
            experiment,
            points=result.points,
            shown=None if tried is None else tried.shown,
        )
        if options.json:
            summary = result.summary() | verdict_summary(verdict, tried)
            _say(json.dumps(summary, allow_nan=False))
        else:
            _show(terminal.describe(result, verdict, tried))
    finally:  # whoever reads what is said may have gone
        if options.out is not None:
            write_results(options.out, result)
            print(f"Results are in {options.out}", file=sys.stderr)
    return INTERRUPTED if was_stopped else 0


def sweep(options: Namespace) -> int:
    """Train an experiment at many values of its fields, and say which are the best."""
    experiment = open_experiment(options.experiment, options.set)
    # Refused before torch is loaded.
    sweep = read_sweep(experiment, options.vary, options.seeds, options.set)
    experiments = sweep.experiments
    if options.out is not None:
        read = options.experiment, *{member.data.file for member in experiments}
        check_replaces_none([options.out / name for name in ("sweep.csv", "sweep.png")], read)
    for line in without_effect(sweep, experiments):
        print(f"Warning: {line}", file=sys.stderr, flush=True)
    with importing():
        from regplay.session import terminal

    result, was_stopped = terminal.train_sweep(sweep, experiments, options.device, options.out)
    if was_stopped:
        line = terminal.stopped_line(result, writes=options.out is not None)
        print(line, file=sys.stderr, flush=True)
    try:
        if options.json:
            _say(json.dumps(result.summary(), allow_nan=False))
        else:
            _show(terminal.describe_sweep(result))
    finally:  # as above
        if options.out is not None and result.finished:
            _write_sweep(options.out, result)
    return INTERRUPTED if was_stopped else 0


def _write_sweep(folder: Path, result: SweepResult) -> None:
    files, picture = {"sweep.csv": sweep_csv(result)}, folder / "sweep.png"
    axes = len(result.sweep.axes)
    reason = ""
    if axes not in (1, 2):
        reason = f"{axes} fields vary, and it shows one or two"
    elif not result.ranking():
        reason = "all networks diverged"
    elif result.task == "mixed":
        reason = "the losses of regressions and classifications can't be compared"
    if not reason:
        from regplay.gui.figures.sweep_figure import sweep_png

        files[picture.name] = sweep_png(result)
    write_files(folder, files)
    if reason:
        had_picture = picture.exists()
        try:
            picture.unlink(missing_ok=True)  # never beside numbers that it doesn't show
        except OSError as error:
            raise OutputError(f"{picture}: can't be removed: {error.strerror or error}") from None
        gone = "; that of an earlier sweep is removed" if had_picture else ""
        print(f"No sweep.png: {reason}{gone}", file=sys.stderr)
    print(f"Results are in {folder}", file=sys.stderr)


def export(options: Namespace) -> int:
    """Print an experiment as a script of plain PyTorch, or write it."""
    experiment = open_experiment(options.experiment, options.set)
    if options.out is not None:
        check_replaces_none([options.out], (options.experiment, experiment.data.file))
    script = to_pytorch(experiment)
    if options.out is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # as Python reads a script that it ends up in
        _say(script, end="")
        return 0
    write_file(options.out, script)
    print(f"The script is in {options.out}", file=sys.stderr)
    return 0


def lessons(options: Namespace) -> int:
    """List the lessons, or check what they claim."""
    if options.check is None and (options.seeds is not None or options.first_seed is not None):
        raise UserError("--seeds and --first-seed say how to check: give --check too")
    chosen = [find_lesson(options.check)] if options.check else all_lessons()
    if options.check is None:
        if options.json:
            _say(json.dumps(list(map(lesson_summary, chosen))))
        else:
            _show(lesson_table(chosen))
        return 0
    with importing():
        from regplay.session.lessons import check

    start, checked, was_stopped = time.perf_counter(), [], False
    for number, lesson in enumerate(chosen, 1):
        counts = f"lesson {number} of {len(chosen)}: " if len(chosen) > 1 else ""
        results, was_stopped = check.check_lesson(
            lesson, options.seeds, options.first_seed or 0, counts=counts
        )
        checked.append((lesson, results))
        if not options.json:
            _show(check.describe_check(lesson, results, _MARKS) + "\n")
        if was_stopped:
            break
    if options.json:
        found = [check.check_summary(lesson, results) for lesson, results in checked]
        _say(json.dumps(found, allow_nan=False))
    else:
        _show(check.last_line(checked, time.perf_counter() - start))
    if was_stopped:
        print("Stopped: only claims that had finished are counted.", file=sys.stderr, flush=True)
        return INTERRUPTED
    holds = all(one is None or one.holds for _, results in checked for one in results)
    return 0 if holds else DOES_NOT_HOLD


def render(options: Namespace) -> int:
    """Make the films of a storyboard."""
    for out in options.out:
        if not out.name:
            raise UserError(f"-o {out}: a film needs a name, such as film.mp4")
    path = options.storyboard
    if path is None:
        path = resource("storyboards", f"{find_lesson(options.lesson).id}.toml")
    storyboard = load_storyboard(path, lambda files: options.read_files or _may_read(path, files))
    if options.marks is not None:
        marks = read_marks(options.marks)
        if unused := unused_marks(storyboard, marks):
            print(f"{options.marks}: no step is called {_listed(unused)}", file=sys.stderr)
        storyboard = at_marks(storyboard, marks)
    if options.section is not None:
        storyboard = begun_at(storyboard, options.section)
    if options.language is not None:
        storyboard = in_language(storyboard, options.language)
    fps = 10 if options.preview else options.fps
    if fps is not None:
        if fps > _MOST_FPS:
            raise UserError(f"--fps {fps}: at most {_MOST_FPS}")
        storyboard = msgspec.structs.replace(storyboard, fps=fps)
    sizes = [parsed_size(text) for text in options.size or ()] or storyboard.sizes

    with importing():
        from regplay.gui.application import render as films
        from regplay.gui.recording.player import NotProvedError

    extras = films.Extras(options.captions, options.chapters, options.sheet, options.track)
    suffixes = [f"-{width}x{height}" if len(sizes) > 1 else "" for width, height in sizes]
    outs = [[it.with_name(f"{it.stem}{end}{it.suffix}") for it in options.out] for end in suffixes]
    made = [path for each in outs for path in (*each, *extras.paths(each[0]).values())]
    check_replaces_none(made, (path, options.marks))
    written: list[Path] = []
    with films.offscreen(), progress_line() as (progress, ctrl_c):
        for count, (size, targets) in enumerate(zip(sizes, outs, strict=True)):

            def go_on(second: float, count: int = count) -> bool:
                done = (count + second / max(storyboard.seconds, 1e-9)) / len(sizes)
                progress.show(lambda passed: _film_status(second, done, passed))
                return not ctrl_c.pressed

            try:
                log = films.render(
                    storyboard,
                    size,
                    targets,
                    extras=extras,
                    cache=None if options.no_cache else films.cache_folder(),
                    progress=go_on,
                )
            except NotProvedError as error:
                progress.clear()
                print(f"regplay render: {path}: {error}", file=sys.stderr)
                return DOES_NOT_HOLD
            films.free_closed()
            progress.clear()
            if log is None:
                names = ", ".join(file.name for file in written)
                ends = f"there is {names}, written before" if written else "no file was written"
                print(f"Stopped; {ends}.", file=sys.stderr)
                return INTERRUPTED
            for step, seconds in log.late:
                print(f"{step} begins {seconds:.1f} s later than it was to", file=sys.stderr)
            for step, plot in log.unseen:
                place = f"{plot}, which is out of sight at {size[0]}x{size[1]}"
                print(f"{step} draws on {place}; put focus or show before it", file=sys.stderr)
            for file in log.files:
                _show(str(file))
            written += log.files
    return 0


def _listed(texts: Sequence[str]) -> str:
    """The first of them, shortened, and how many there are beyond."""
    shown = ", ".join(f'"{shorten(text, 60, placeholder="…")}"' for text in texts[:_MOST_LISTED])
    more = len(texts) - _MOST_LISTED
    return f"{shown} and {more} more" if more > 0 else shown


def _may_read(path: Path, files: Sequence[Path]) -> bool:
    """Whether a person lets a storyboard read the files beside it that it names."""
    names = ", ".join(file.name for file in files)
    if not sys.stdin.isatty():
        raise UserError(f"{path}: it names {names}; give --read-files if it may be read")
    try:
        answer = input(f"{path} names {names}, which lies beside it. Read it? [y/N] ")
    except EOFError:
        answer = ""
    return answer.strip().lower() in ("y", "yes")


def _film_status(second: float, done: float, passed: float) -> str:
    left = passed * (1 - done) / done if done > 0.02 else None
    ends = "" if left is None else f" · {left:,.0f} s left"
    return f"{percent_text(done)} · second {second:.1f} of the film{ends}"
