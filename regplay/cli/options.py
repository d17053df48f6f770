"""What several commands of the command line share: options and exit codes."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

from regplay.core.errors import UserError

REFUSED = 2  # exit code for what a person can put right; argparse uses the same
INTERRUPTED = 130  # exit code of what Ctrl-C ended: 128 + SIGINT


def whole_number(least: int) -> Callable[[str], int]:
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


def add_experiment(parser: ArgumentParser) -> None:
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


def add_output(parser: ArgumentParser, json: str) -> None:
    """The device and where results go; `json` says what `--json` prints."""
    add_device(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write the results into this folder, which is created if need be",
    )
    parser.add_argument("--json", action="store_true", help=json)
