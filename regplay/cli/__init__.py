"""The command line."""

import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

from regplay.session.progress_line import importing

INTERRUPTED = 128 + signal.SIGINT  # exit code of what Ctrl-C ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    SIGTERM ends a command in the same order as Ctrl-C does: results that there are get written,
    and nothing stays half-written. Where Ctrl-C is ignored, SIGTERM ends the process at once.
    """
    codes = []  # of SIGTERM, once it came

    def terminate(number: int, _: FrameType | None) -> None:
        codes.append(128 + number)
        signal.raise_signal(signal.SIGINT)

    handles = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if handles:
        signal.signal(signal.SIGTERM, terminate)
    try:
        with importing():
            from regplay.cli.commands import run

        code = run(arguments)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        code = INTERRUPTED
    finally:
        if handles and signal.getsignal(signal.SIGTERM) is terminate:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return codes[0] if codes and code == INTERRUPTED else code
