"""The picture of a curve that is kept from paint to paint is always the one that is due."""

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from regplay.gui.theme import Theme

DECAY = "regularization.weight_decay"


@pytest.fixture
def theme(qapp):
    theme = Theme(qapp)
    yield theme
    theme.set_scheme("system")
    theme.deleteLater()


def _picture(slider) -> QImage:
    QApplication.processEvents()
    return slider.track.grab().toImage()


def test_it_looks_as_if_it_were_drawn_anew(make_slider, u_curve, theme):
    theme.set_scheme("light")
    slider = make_slider(curve=u_curve(DECAY), value=0.0)
    seen = [_picture(slider)]
    control = slider.control
    for change in (
        lambda: control.set_value(0.1),
        lambda: control.resize(200, control.height()),
        lambda: control.slider.set_curve(u_curve(DECAY, progress=0.4)),
        lambda: theme.set_scheme("dark"),
        lambda: control.slider.set_curve(u_curve(DECAY, valley=5, shift=0.1)),
        lambda: theme.set_scheme("light"),
    ):
        change()
        kept = _picture(slider)
        slider.track._picture._kept.forget()
        assert kept == _picture(slider)
        seen.append(kept)
    assert len({bytes(image.constBits()) for image in seen}) == len(seen)
