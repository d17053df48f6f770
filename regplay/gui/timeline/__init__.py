"""The row under the losses: earlier moments of training, and what is shown of them."""

from regplay.gui.timeline.timeline import Timeline

__all__ = ["Timeline"]
