"""The way out: an experiment as a script of plain PyTorch."""

from regplay.session.export.script import to_pytorch
