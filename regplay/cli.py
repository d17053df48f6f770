"""`regplay` and its sub-commands.

Nothing heavy is imported before it is known to be needed: the window's start-up time depends on it.
"""

import gc
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from regplay import __version__, cli_export, cli_lessons, cli_sweep
from regplay.cli_options import INTERRUPTED, REFUSED, add_device, add_experiment, add_output
from regplay.core.errors import UserError


@dataclass(frozen=True)
class Command:
    """A sub-command: one line about it, what it accepts, and what it does.

    `run` returns the exit code. It may raise `UserError`, whose message is shown.
    """

    summary: str
    configure: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = words.pop(0) if words and words[0] in COMMANDS else None
    command = WINDOW if name is None else COMMANDS[name]
    parser = ArgumentParser(
        prog="regplay" if name is None else f"regplay {name}",
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.configure(parser)
    try:
        return command.run(parser.parse_args(words))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    except UserError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return REFUSED


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
        "(.csv), or a link to an experiment (regplay:...); without one the window opens on its own",
    )
    add_device(parser)
    parser.add_argument("--version", action="version", version=f"regplay {__version__}")


def _open_window(options: Namespace) -> int:
    from regplay.session.opening import opening_of

    experiment, opened = opening_of(options.opened or "")  # what is refused opens no window
    gc.disable()  # until everything is loaded: there is nothing to collect, and looking takes long
    try:
        from regplay.gui.app import start

        return start(experiment, options.device, opened)
    finally:
        gc.enable()


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


def _configure_train(parser: ArgumentParser) -> None:
    parser.description = (
        "Trains an experiment without a window and prints its final losses and a verdict on the\n"
        "fit. An empty file is an experiment too: whatever it doesn't say takes its default."
    )
    parser.epilog = _TRAIN_FILES
    add_experiment(parser)
    add_output(
        parser,
        "print nothing but a JSON object: final measurements, the best epoch, the number of "
        "epochs trained, whether it diverged, seconds, and the engine that computed. What doesn't "
        "exist, such as an accuracy in regression, is null",
    )


def _train(options: Namespace) -> int:
    from regplay.session.experiment_text import open_experiment

    experiment = open_experiment(options.experiment, options.set)  # refused before torch is loaded
    import json

    from regplay.core.verdict import judge
    from regplay.session.results import write_results
    from regplay.session.terminal import describe, train

    result, was_stopped = train(experiment, options.device, options.out)
    if options.json:
        print(json.dumps(result.summary(), allow_nan=False), flush=True)
    else:
        verdict = judge(result.history, result.dataset, experiment)
        print(describe(result, verdict), flush=True)
    if options.out is not None:
        write_results(options.out, result)
        print(f"Results are in {options.out}", file=sys.stderr)
    return INTERRUPTED if was_stopped else 0


WINDOW = Command("open the window", _configure_window, _open_window)
COMMANDS = {
    "train": Command("train an experiment without a window", _configure_train, _train),
    "sweep": Command("train it at many values of its fields", cli_sweep.configure, cli_sweep.run),
    "lessons": Command(
        "list the lessons, or check what they claim", cli_lessons.configure, cli_lessons.run
    ),
    "export": Command(
        "print it as a script of plain PyTorch", cli_export.configure, cli_export.run
    ),
}
