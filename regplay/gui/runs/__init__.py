"""Runs beside one another: the list of pinned ones, and up to four fits side by side."""

from regplay.gui.runs.runs_list import PinnedRuns, RunsList
from regplay.gui.runs.side_tab import ComparedRun, SideTab, TrainedTogether, seen_together
