"""Many seeds: what networks trained on other draws of the data have in common, and what not."""

from regplay.gui.seeds.decomposition import DecompositionPlot
from regplay.gui.seeds.loss_strip import LossStrip
from regplay.gui.seeds.seeds_tab import SeedsTab
