"""The tab of many seeds on screen."""

import pytest
from seen import dataset_of

from regplay.gui.seeds.seeds_tab import SeedsView


@pytest.fixture
def view(show_widget) -> SeedsView:
    view = SeedsView()
    view.set_dataset(dataset_of("sine"))
    return show_widget(view, 960, 420)
