"""The read-outs of the transport."""

import pytest
from PySide6.QtWidgets import QLabel

from regplay.gui.transport import Transport


@pytest.fixture
def transport(show_widget):
    return show_widget(Transport(), 1280, 60)


def text_of(transport) -> str:
    label = transport.findChild(QLabel, "progress.text")
    assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()  # not cut
    return label.text()


def test_the_rest_is_told_while_training_can_go_on(transport):
    transport.set_progress(259, 259, 3000)
    assert text_of(transport) == "Epoch 259 of 3,000 · 2,741 to go"
    transport.set_progress(3000, 3000, 3000)
    assert text_of(transport) == "Epoch 3,000 of 3,000"


@pytest.mark.parametrize("why", ["stopped early", "diverged"])
def test_a_run_that_has_stopped_by_itself_has_nothing_to_go(transport, why):
    transport.set_progress(259, 259, 3000, why)
    assert text_of(transport) == f"Epoch 259 of 3,000 · {why}"
    transport.set_progress(999_999, 1, 1_000_000, why)
    assert text_of(transport).endswith(why)
    transport.set_progress(0, 0, 3000)
    assert text_of(transport) == "Epoch 0 of 3,000 · 3,000 to go"
