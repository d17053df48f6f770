"""`regplay` and its sub-commands: what each accepts, and the running of it.

Nothing heavy is imported before it is known to be needed: the window's start-up time depends on it.
"""

import contextlib
import gc
import os
import sys
import textwrap
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from regplay import __version__
from regplay.core import UserError
from regplay.session.progress_line import importing

if TYPE_CHECKING:
    from regplay.core.experiment import Experiment

REFUSED = 2  # exit code for what a person can put right; argparse uses the same
CLOSED = 141  # exit code where nobody reads the output any more: 128 + SIGPIPE

_TRAIN_FILES = """\
Ctrl-C stops; what was reached is shown and written all the same, and the exit code is 130.

files in DIR:
  experiment.toml  the experiment, which trains to the same numbers again
  history.csv      a row for each record: epoch, losses, accuracies, penalty, weight norm
  predictions.csv  a row for each point: split, inputs, y_true, y_pred, in measured units
  model.pt         a state_dict for torch.load(..., weights_only=True) and the equivalent
                   nn.Sequential: nn.Linear and the activation for each hidden layer, followed by
                   nn.Dropout only where units are dropped, then the last nn.Linear;
                   before all of them nn.Dropout only where inputs are dropped.
                   So its keys are 0.weight, 0.bias, 2.weight ..., or with dropout 0.weight,
                   0.bias, 3.weight ... Where the dataset is a table, inputs and numeric targets
                   are standardised: minus the mean of the training rows, divided by their standard
                   deviation. A polynomial is one nn.Linear of the Legendre polynomials
                   P1(x), P2(x), ... over the range of the training points.
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
A step has one of these verbs, and if wanted a name, a second to
begin at, and keys that are shown as pressed:

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


# what several of them share


@dataclass(frozen=True)
class Command:
    """A sub-command: one line about it, what it accepts, and what it does.

    `run` returns the exit code. It may raise `UserError`, whose message is shown.
    """

    summary: str
    configure: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def _later(name: str) -> Callable[[Namespace], int]:
    """A function of `regplay.cli.actions`, which is imported once it is called."""

    def run(options: Namespace) -> int:
        with importing():
            function = getattr(import_module("regplay.cli.actions"), name)
        code: int = function(options)
        return code

    return run


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
        help="the experiment to train, or a table to learn from; a relative data.file in an "
        "experiment is meant from its own folder",
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
    parser.add_argument(
        "--language", metavar="TAG", help="of the captions, where they are given in several: de"
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
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="paint all frames anew, and keep none: usually steps that have not changed since the "
        "last film are taken from there",
    )
    parser.add_argument("--captions", action="store_true", help="write captions, too: .srt, .vtt")
    parser.add_argument("--chapters", action="store_true", help="write a list of chapters, too")
    parser.add_argument("--sheet", action="store_true", help="write a picture of each step, too")
    parser.add_argument(
        "--track",
        action="store_true",
        help="write where the pointer was and which keys were pressed, too: .track.json",
    )


# the window


def _configure_window(parser: ArgumentParser) -> None:
    parser.description = (
        "Opens a window in which you see over- and underfitting while a network trains."
    )
    commands = "\n".join(f"  {name:<12} {command.summary}" for name, command in COMMANDS.items())
    parser.usage = "%(prog)s [FILE | LINK] [--device D]\n       %(prog)s COMMAND ..."
    parser.epilog = (
        f"commands:\n{commands}\n\n"
        "`regplay COMMAND --help` explains one of them. A file that has the name of a command is\n"
        "opened as ./NAME."
    )
    parser.add_argument(
        "opened",
        nargs="?",
        metavar="FILE | LINK",
        help="what to open: an experiment or a lesson (.toml), a session (.regplay), a table "
        "(CSV, Excel), or a link to an experiment (regplay:...); without one the window opens "
        "on its own",
    )
    add_device(parser)
    parser.add_argument("--version", action="version", version=f"regplay {__version__}")


def _open_window(options: Namespace) -> int:
    experiment, opened = opening_of(options.opened or "")  # what is refused opens no window
    gc.disable()  # until everything is loaded: there is nothing to collect, and looking takes long
    try:
        with importing():
            from regplay.gui.application.app import start

        return start(experiment, options.device, opened)
    finally:
        gc.enable()


def opening_of(argument: str) -> tuple["Experiment | None", str]:
    """The experiment to begin with, and what is to be opened in the window besides.

    What is there is read once, of a table the beginning, so that what is broken is refused in the
    terminal.

    Raises
    ------
    UserError
        If it can't be opened; the message says why.
    """
    if not argument:
        return None, ""
    with importing():
        from regplay.session.document import read
        from regplay.session.experiment_text import from_link, is_link, open_experiment, reads_file
        from regplay.session.files import check_table, kind_of_file
        from regplay.session.lessons import is_lesson, load_lesson

    if is_link(argument):
        return from_link(argument), ""
    path = Path(argument)
    kind = kind_of_file(path)
    if kind == "settings" and not is_lesson(path):
        experiment = open_experiment(path)
        # The window asks first whether the file that it learns from may be read.
        asks = reads_file(experiment) and path.is_file()
        return (None, argument) if asks else (experiment, "")
    check = {"table": check_table, "session": read, "settings": load_lesson}[kind]
    check(path)
    return None, argument


WINDOW = Command("open the window", _configure_window, _open_window)
COMMANDS = {
    "train": Command("train an experiment without a window", _configure_train, _later("train")),
    "sweep": Command("train it at many values of its fields", _configure_sweep, _later("sweep")),
    "lessons": Command(
        "list the lessons, or check what they claim", _configure_lessons, _later("lessons")
    ),
    "render": Command(
        "make a film of the window from a storyboard", _configure_render, _later("render")
    ),
    "export": Command("print it as a script of plain PyTorch", _configure_export, _later("export")),
}


def abandon_output() -> None:
    """Write nothing more: what can't be written would be tried again when Python ends."""
    with contextlib.suppress(OSError), open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _command_meant(words: Sequence[str]) -> str:
    """The command whose name was mistyped; empty where the first word is no such thing."""
    if not words or not words[0].isalpha() or os.path.exists(words[0]):
        return ""
    from difflib import get_close_matches

    return "".join(get_close_matches(words[0], COMMANDS, 1))


def run(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # closed by whoever started it
            setattr(sys, stream, open(os.devnull, "w"))  # noqa: SIM115 - until the process ends
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words.pop(0) if words and words[0] in COMMANDS else None
    if name is None and (meant := _command_meant(words)):
        print(f"regplay: {words[0]}: no such command; did you mean {meant}?", file=sys.stderr)
        return REFUSED
    command = WINDOW if name is None else COMMANDS[name]
    parser = ArgumentParser(
        prog="regplay" if name is None else f"regplay {name}",
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    try:
        with importing():
            command.configure(parser)  # which imports what its words are told from
        return command.run(parser.parse_args(words))
    except UserError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return REFUSED
    except ImportError as error:
        problem = f"a part of it can't be loaded: {error}; install regplay again"
        print(f"{parser.prog}: {problem}", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        abandon_output()
        return CLOSED
