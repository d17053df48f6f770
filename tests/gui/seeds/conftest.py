"""The tab of many seeds on screen."""

import pytest
from seen import dataset_of

from regplay.gui.seeds.seeds_tab import SeedsTab


@pytest.fixture
def view(show_widget) -> SeedsTab:
    view = SeedsTab()
    view.set_dataset(dataset_of("sine"))
    return show_widget(view, 960, 420)
