"""`regplay export`."""

import io
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from regplay.cli_options import add_experiment

_NOTES = """\
The script needs numpy and torch alone: synthetic data is generated in it, own points and small
tables stand in it, a CSV file is read from where it lies, and digits and breast-cancer come with
scikit-learn. Its final losses are those of `regplay train`, to rounding. Dropout and input noise
are drawn otherwise than there, so with them the losses agree on average over seeds. Training that
diverges ends in nan, and `regplay train` at the last finite record.
"""


def configure(parser: ArgumentParser) -> None:
    """Say what `regplay export` accepts."""
    parser.description = (
        "Prints an experiment as a short script of plain PyTorch, which trains the same network\n"
        "on the same data and prints its final training and validation loss."
    )
    parser.epilog = _NOTES
    add_experiment(parser)
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        metavar="FILE.py",
        help="write the script into this file, which replaces one of the same name",
    )


def run(options: Namespace) -> int:
    """Print or write the script; returns the exit code.

    Raises
    ------
    UserError
        If the experiment or its data is refused, or the file can't be written.
    """
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
