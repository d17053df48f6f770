"""Runs beside one another: the list of pinned ones, and up to four fits side by side."""

from regplay.gui.runs.pinned_runs import PinnedRuns
from regplay.gui.runs.runs_list import RunsList

__all__ = ["PinnedRuns", "RunsList"]
