"""The command line."""

from regplay.cli.commands import main
