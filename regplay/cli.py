"""`regplay` and its sub-commands."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    raise SystemExit("not yet")
