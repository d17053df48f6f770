"""The command line."""

from regplay.cli.commands import main

__all__ = ["main"]
