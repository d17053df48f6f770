"""`regplay` and its sub-commands.

Nothing heavy is imported before it is known to be needed: the window's start-up time depends on it.
"""

import gc
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from regplay import __version__
from regplay.cli.subcommands import COMMANDS, INTERRUPTED, REFUSED, Command, add_device
from regplay.core import UserError

if TYPE_CHECKING:
    from regplay.core.experiment import Experiment


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
        "(CSV, Excel), or a link to an experiment (regplay:...); without one the window opens "
        "on its own",
    )
    add_device(parser)
    parser.add_argument("--version", action="version", version=f"regplay {__version__}")


def _open_window(options: Namespace) -> int:
    experiment, opened = opening_of(options.opened or "")  # what is refused opens no window
    gc.disable()  # until everything is loaded: there is nothing to collect, and looking takes long
    try:
        from regplay.gui.app import start

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
    from regplay.session.document import read
    from regplay.session.experiment_text import from_link, is_link, open_experiment
    from regplay.session.files import check_table, kind_of_file
    from regplay.session.lessons import is_lesson, load_lesson

    if is_link(argument):
        return from_link(argument), ""
    path = Path(argument)
    kind = kind_of_file(path)
    if kind == "settings" and not is_lesson(path):
        return open_experiment(path), ""
    check = {"table": check_table, "session": read, "settings": load_lesson}[kind]
    check(path)
    return None, argument


WINDOW = Command("open the window", _configure_window, _open_window)
