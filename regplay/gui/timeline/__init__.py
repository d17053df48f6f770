"""The bar along the bottom: training, its pace, and a handle over the moments of the run."""

from regplay.gui.timeline.epoch_track import EpochTrack
from regplay.gui.timeline.timeline import SPEEDS, Timeline
