"""`regplay train`, `sweep`, `export`, `lessons`, `render`: what each accepts, and what it does."""

import io
import json
import sys
import textwrap
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from regplay.core import UserError

if TYPE_CHECKING:
    from regplay.session.results import SweepResult

REFUSED = 2  # exit code for what a person can put right; argparse uses the same
INTERRUPTED = 130  # exit code of what Ctrl-C ended: 128 + SIGINT
DOES_NOT_HOLD = 1  # exit code where a claim fails

_TRAIN_FILES = """\
Ctrl-C stops; what was reached is shown and written all the same, and the exit code is 130.

files in DIR:
  experiment.toml  the experiment, which trains to the same numbers again
  history.csv      a row for each record: epoch, losses, accuracies, penalty, weight norm
  predictions.csv  a row for each point: split, inputs, y_true, y_pred, in measured units
  model.pt         a state_dict for torch.load(..., weights_only=True) and the equivalent
                   nn.Sequential: nn.Linear and the activation for each hidden layer, followed by
                   nn.Dropout only if regularization.dropout is above 0, then the last nn.Linear.
                   So its keys are 0.weight, 0.bias, 2.weight ..., or with dropout 0.weight,
                   0.bias, 3.weight ... Where the dataset is a table, inputs and numeric targets
                   are standardised: minus the mean of the training rows, divided by their standard
                   deviation.
"""

_SWEEP_FILES = """\
VALUES is a list, V1,V2,..., or for numbers a range, LOW:HIGH:COUNT, in even steps, or
LOW:HIGH:COUNT:log, in even ratios; both ends are included, and a list may hold ranges:

  regplay sweep sine.toml --vary regularization.weight_decay=0,1e-5:1:11:log --seeds 5
  regplay sweep sine.toml --vary model.width=2:64:6:log --vary model.activation=tanh,relu

Ctrl-C stops; the networks that had finished are shown and written all the same, and the exit code
is 130.

files in DIR:
  sweep.csv  a row for each network: the varied values, the seed, final losses and accuracies, the
             epoch of the smallest validation loss and what was measured there, epochs trained,
             and whether it diverged
  sweep.png  the final losses over one varied field, or the validation loss over two; with seeds
             their mean. One of an earlier sweep is removed
"""

_EXPORT_NOTES = """\
The script needs numpy and torch alone: synthetic data is generated in it, own points and small
tables stand in it, a CSV file is read from where it lies, and digits and breast-cancer come with
scikit-learn. Its final losses are those of `regplay train`, to rounding. Dropout and input noise
are drawn otherwise than there, so with them the losses agree on average over seeds. Training that
diverges ends in nan, and `regplay train` at the last finite record.
"""

_FILM_NOTES = """\
A storyboard is a TOML file:

{example}
A step has one of these verbs, and if wanted a name and a second to begin at:

{verbs}

The film is what the window shows: the same frames on any run of the same machine, however busy it
is. No display is needed. If something that it requires does not hold, there is no film, and the
exit code is 1. Ctrl-C leaves no file; the exit code is 130.
"""

_CHECKS = """\
A claim such as

  valid_loss(weight_decay=0.01) < 0.5 * valid_loss(weight_decay=0)

is trained with some seeds and has to hold for as many of them as the lesson says. Each claim is
printed with what was measured: the median over the seeds, and the range.

The exit code is 1 if a claim does not hold. Ctrl-C stops; the claims that had finished are shown
all the same, and the exit code is 130.
"""
_ALL = ""  # lessons
_MOST_FPS = 60
_MARKS = "✓✗"
_SIGNS, _PLAIN_SIGNS = _MARKS + "−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+---0123456789"


# what several of them share


@dataclass(frozen=True)
class Command:
    """A sub-command: one line about it, what it accepts, and what it does.

    `run` returns the exit code. It may raise `UserError`, whose message is shown.
    """

    summary: str
    configure: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def _whole_number(least: int) -> Callable[[str], int]:
    """What reads an argument that is a whole number, at least `least`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = -1
        if not least <= number < 2**31:
            raise ArgumentTypeError(f"{text or 'nothing'}: must be a whole number from {least}")
        return number

    return read


def _device(text: str) -> str:
    from regplay.core.device import check_device

    try:
        return check_device(text)
    except UserError as error:
        raise ArgumentTypeError(str(error)) from None


def add_device(parser: ArgumentParser) -> None:
    """Where to train."""
    parser.add_argument(
        "--device",
        type=_device,
        metavar="D",
        help="where to train: auto, cpu, cuda, cuda:N or mps. auto, the default, takes a GPU if it "
        "is expected to be faster; a GPU that is not there is replaced by the CPU",
    )


def _add_experiment(parser: ArgumentParser) -> None:
    """What commands that train without a window share: the experiment and changes to it."""
    parser.add_argument(
        "experiment",
        type=Path,
        metavar="EXPERIMENT.toml",
        help="the experiment to train; a relative data.file in it is meant from its own folder",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="change a value of the experiment, such as model.depth=3 or "
        "regularization.weight_decay=0.01; may be given many times",
    )


def _add_output(parser: ArgumentParser, json: str) -> None:
    """The device and where results go; `json` says what `--json` prints."""
    add_device(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write the results into this folder, which is created if need be",
    )
    parser.add_argument("--json", action="store_true", help=json)


def _show(text: str) -> None:
    """Print it, with other signs for those that can't be printed here."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        _SIGNS.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(str.maketrans(_SIGNS, _PLAIN_SIGNS))
    print(text.encode(encoding, "replace").decode(encoding), flush=True)


# `regplay train`


def _configure_train(parser: ArgumentParser) -> None:
    parser.description = (
        "Trains an experiment without a window and prints its final losses, a verdict on the fit,\n"
        "and which nearby setting does better. An empty file is an experiment too: whatever it\n"
        "doesn't say takes its default."
    )
    parser.epilog = _TRAIN_FILES
    _add_experiment(parser)
    _add_output(
        parser,
        "print nothing but a JSON object: final measurements, the best epoch, the number of "
        "epochs trained, whether it diverged, seconds, the engine that computed, the verdict, and "
        "the advice. What doesn't exist, such as an accuracy in regression, is null",
    )
    parser.add_argument(
        "--no-advice",
        action="store_true",
        help="train the experiment alone: neighbours of it, which differ in one setting, are "
        "otherwise trained too, to say which does better",
    )


def _run_train(options: Namespace) -> int:
    from regplay.session.experiment_text import open_experiment

    experiment = open_experiment(options.experiment, options.set)  # refused before torch is loaded
    from regplay.core.verdict import judge
    from regplay.session.results import verdict_summary, write_results
    from regplay.session.terminal import describe, train, try_neighbours

    result, was_stopped = train(experiment, options.device, options.out)
    tried = None
    if not (was_stopped or options.no_advice):
        tried = try_neighbours(result, options.device)
    verdict = judge(
        result.history,
        result.dataset,
        experiment,
        points=result.points,
        shown=None if tried is None else tried.shown,
    )
    if options.json:
        summary = result.summary() | verdict_summary(verdict, tried)
        print(json.dumps(summary, allow_nan=False), flush=True)
    else:
        _show(describe(result, verdict, tried))
    if options.out is not None:
        write_results(options.out, result)
        print(f"Results are in {options.out}", file=sys.stderr)
    return INTERRUPTED if was_stopped else 0


# `regplay sweep`


def _configure_sweep(parser: ArgumentParser) -> None:
    parser.description = (
        "Trains an experiment at many values of its fields, all of them together, and prints the\n"
        "best ones. Each network comes to what `regplay train` would come to with its values."
    )
    parser.epilog = _SWEEP_FILES
    _add_experiment(parser)
    parser.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="FIELD=VALUES",
        help="vary a field, such as model.width=4,16,64 or optimizer.lr=1e-4:1e-1:7:log; given "
        "several times, all combinations are trained",
    )
    parser.add_argument(
        "--seeds",
        type=_whole_number(1),
        default=1,
        metavar="K",
        help="train each combination with K seeds: the experiment's own and those that follow it",
    )
    _add_output(
        parser,
        "print nothing but a JSON object: the axes, the number of seeds, a member for each network "
        "with its values, seed, final and best measurements, seconds, the engine that computed, "
        "and how many finished",
    )


def _run_sweep(options: Namespace) -> int:
    from regplay.session.experiment_text import open_experiment, read_sweep, without_effect

    experiment = open_experiment(options.experiment, options.set)
    sweep = read_sweep(experiment, options.vary, options.seeds)  # refused before torch is loaded
    experiments = sweep.experiments
    for line in without_effect(sweep, experiments):
        print(f"Warning: {line}", file=sys.stderr, flush=True)
    from regplay.session.terminal import describe_sweep, stopped_line, train_sweep

    result, was_stopped = train_sweep(sweep, experiments, options.device, options.out)
    if was_stopped:
        print(stopped_line(result, writes=options.out is not None), file=sys.stderr, flush=True)
    if options.json:
        print(json.dumps(result.summary(), allow_nan=False), flush=True)
    else:
        _show(describe_sweep(result))
    if options.out is not None and result.finished:
        _write_sweep(options.out, result)
    return INTERRUPTED if was_stopped else 0


def _write_sweep(folder: Path, result: "SweepResult") -> None:
    from regplay.session.files import OutputError, prepare_folder, write_file
    from regplay.session.results import sweep_csv

    prepare_folder(folder)
    picture = folder / "sweep.png"
    had_picture = picture.exists()
    try:
        picture.unlink(missing_ok=True)  # never beside numbers that it doesn't show
    except OSError as error:
        raise OutputError(f"{picture}: can't be removed: {error.strerror or error}") from None
    write_file(folder / "sweep.csv", sweep_csv(result))
    axes = len(result.sweep.axes)
    reason = ""
    if axes not in (1, 2):
        reason = f"{axes} fields vary, and it shows one or two"
    elif not result.ranking():
        reason = "all networks diverged"
    elif result.task == "mixed":
        reason = "the losses of regressions and classifications can't be compared"
    if reason:
        gone = "; that of an earlier sweep is removed" if had_picture else ""
        print(f"No sweep.png: {reason}{gone}", file=sys.stderr)
    else:
        from regplay.gui.figures.sweep_figure import sweep_png

        write_file(picture, sweep_png(result))
    print(f"Results are in {folder}", file=sys.stderr)


# `regplay export`


def _configure_export(parser: ArgumentParser) -> None:
    parser.description = (
        "Prints an experiment as a short script of plain PyTorch, which trains the same network\n"
        "on the same data and prints its final training and validation loss."
    )
    parser.epilog = _EXPORT_NOTES
    _add_experiment(parser)
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar="FILE.py",
        help="write the script into this file, which replaces one of the same name",
    )


def _run_export(options: Namespace) -> int:
    from regplay.session.experiment_text import open_experiment
    from regplay.session.export import to_pytorch
    from regplay.session.files import write_file

    script = to_pytorch(open_experiment(options.experiment, options.set))
    if options.out is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # as Python reads a script that it ends up in
        print(script, end="", flush=True)
        return 0
    write_file(options.out, script)
    print(f"The script is in {options.out}", file=sys.stderr)
    return 0


# `regplay lessons`


def _configure_lessons(parser: ArgumentParser) -> None:
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
        type=_whole_number(1),
        metavar="K",
        help="check each claim with K seeds; of these the same share has to agree, rounded up",
    )
    parser.add_argument(
        "--first-seed",
        type=_whole_number(0),
        metavar="N",
        help="the first of the seeds, 0 by default; the others follow it",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print nothing but a JSON array of the lessons; with --check, with each claim, "
        "whether it holds, and the values at each seed. What doesn't exist is null",
    )


def _run_lessons(options: Namespace) -> int:
    from regplay.session.lessons import find_lesson, lessons

    if options.check is None and (options.seeds is not None or options.first_seed is not None):
        raise UserError("--seeds and --first-seed say how to check: give --check too")
    chosen = [find_lesson(options.check)] if options.check else lessons()
    from regplay.session.lessons.check import (
        check_lesson,
        describe_check,
        last_line,
        lesson_summary,
        lesson_table,
    )

    if options.check is None:
        if options.json:
            print(json.dumps([lesson_summary(lesson, None) for lesson in chosen]), flush=True)
        else:
            _show(lesson_table(chosen))
        return 0
    start, checked, was_stopped = time.perf_counter(), [], False
    for number, lesson in enumerate(chosen, 1):
        counts = f"lesson {number} of {len(chosen)}: " if len(chosen) > 1 else ""
        results, was_stopped = check_lesson(
            lesson, options.seeds, options.first_seed or 0, counts=counts
        )
        checked.append((lesson, results))
        if not options.json:
            _show(describe_check(lesson, results, _MARKS) + "\n")
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


# `regplay render`


def _configure_render(parser: ArgumentParser) -> None:
    """Say what `regplay render` accepts."""
    parser.description = "Makes a film of the window from a storyboard, without a display."
    from regplay.session.storyboard import EXAMPLE, VERBS

    example = textwrap.indent(EXAMPLE, "  ")
    verbs = textwrap.fill(", ".join(VERBS), 95, initial_indent="  ", subsequent_indent="  ")
    parser.epilog = _FILM_NOTES.format(example=example, verbs=verbs)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "storyboard", type=Path, nargs="?", metavar="STORYBOARD.toml", help="what to film"
    )
    what.add_argument("--lesson", metavar="ID", help="film a lesson of the program")
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        action="append",
        required=True,
        metavar="FILE",
        help="where to; .mp4, .webm, .gif, .apng, or without an ending a folder of PNG files. May "
        "be given several times",
    )
    parser.add_argument(
        "--size",
        action="append",
        metavar="WxH",
        help="of the frames, in place of those of the storyboard; the window is laid out for it. "
        "With several, the size becomes part of each file's name",
    )
    parser.add_argument("--fps", type=_whole_number(1), metavar="N", help="frames a second")
    parser.add_argument(
        "--from", dest="section", metavar="SECTION", help="begin with the chapter of this title"
    )
    parser.add_argument(
        "--preview", action="store_true", help="ten frames a second, to be seen soon"
    )
    parser.add_argument(
        "--marks",
        type=Path,
        metavar="FILE.srt",
        help="steps begin where the subtitles begin that are called like them",
    )
    parser.add_argument(
        "--read-files",
        action="store_true",
        help="read files beside it that the storyboard names, without asking",
    )
    parser.add_argument("--captions", action="store_true", help="write captions, too: .srt, .vtt")
    parser.add_argument("--chapters", action="store_true", help="write a list of chapters, too")
    parser.add_argument("--sheet", action="store_true", help="write a picture of each step, too")
    parser.add_argument(
        "--pointer", action="store_true", help="write the pointer's way, too: .json"
    )


def _run_render(options: Namespace) -> int:
    """Make the films; returns the exit code."""
    from regplay.resources import resource
    from regplay.session.lessons import find_lesson
    from regplay.session.storyboard import (
        at_marks,
        begun_at,
        load_storyboard,
        parsed_size,
        read_marks,
    )

    path = options.storyboard
    if path is None:
        path = resource("storyboards", f"{find_lesson(options.lesson).id}.toml")
    storyboard = load_storyboard(path, lambda files: options.read_files or _may_read(path, files))
    if options.marks is not None:
        storyboard = at_marks(storyboard, read_marks(options.marks))
    if options.section is not None:
        storyboard = begun_at(storyboard, options.section)
    fps = 10 if options.preview else options.fps
    if fps is not None:
        if fps > _MOST_FPS:
            raise UserError(f"--fps {fps}: at most {_MOST_FPS}")
        storyboard = replace(storyboard, fps=fps)
    sizes = [parsed_size(text) for text in options.size or ()] or storyboard.sizes

    from regplay.gui.recording.player import NotProvedError
    from regplay.gui.render import Extras, offscreen, render
    from regplay.session.terminal import progress_line

    extras = Extras(options.captions, options.chapters, options.sheet, options.pointer)
    with offscreen(), progress_line() as (progress, ctrl_c):
        for count, size in enumerate(sizes):
            suffix = f"-{size[0]}x{size[1]}" if len(sizes) > 1 else ""
            targets = [out.with_name(f"{out.stem}{suffix}{out.suffix}") for out in options.out]

            def go_on(second: float, count: int = count) -> bool:
                done = (count + second / max(storyboard.seconds, 1e-9)) / len(sizes)
                progress.show(lambda passed: _film_status(second, done, passed))
                return not ctrl_c.pressed

            try:
                log = render(
                    storyboard, size, targets, suffix=suffix, extras=extras, progress=go_on
                )
            except NotProvedError as error:
                progress.clear()
                print(f"regplay render: {path}: {error}", file=sys.stderr)
                return DOES_NOT_HOLD
            progress.clear()
            if log is None:
                print("Stopped; no file was written.", file=sys.stderr)
                return INTERRUPTED
            for step, seconds in log.late:
                print(f"{step} begins {seconds:.1f} s later than it was to", file=sys.stderr)
            for target in targets:
                _show(str(target))
    return 0


def _may_read(path: Path, files: Sequence[Path]) -> bool:
    """Whether a person lets a storyboard read the files beside it that it names."""
    names = ", ".join(file.name for file in files)
    if not sys.stdin.isatty():
        raise UserError(f"{path}: it names {names}; give --read-files if it may be read")
    answer = input(f"{path} names {names}, which lies beside it. Read it? [y/N] ")
    return answer.strip().lower() in ("y", "yes")


def _film_status(second: float, done: float, passed: float) -> str:
    left = passed * (1 - done) / done if done > 0.02 else None
    ends = "" if left is None else f" · {left:,.0f} s left"
    return f"{100 * done:.0f} % · second {second:.1f} of the film{ends}"


COMMANDS = {
    "train": Command("train an experiment without a window", _configure_train, _run_train),
    "sweep": Command("train it at many values of its fields", _configure_sweep, _run_sweep),
    "lessons": Command(
        "list the lessons, or check what they claim", _configure_lessons, _run_lessons
    ),
    "render": Command(
        "make a film of the window from a storyboard", _configure_render, _run_render
    ),
    "export": Command("print it as a script of plain PyTorch", _configure_export, _run_export),
}
