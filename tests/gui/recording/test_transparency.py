"""Pictures without their ground, held against what Qt paints over another one."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from regplay.gui.recording.transparency import without_ground

GROUNDS = ["#ffffff", "#1b1d21", "#cc0000"]


def painted(ground: str) -> QImage:
    """Lines, a marker and letters over a ground, up to the border of the picture."""
    image = QImage(160, 120, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("#006fae"), 2.5))
    painter.drawLine(QPointF(0, 3.3), QPointF(160, 70.7))
    painter.drawEllipse(QPointF(120, 90), 20, 17)
    painter.setPen(QColor("#d0dae3"))
    painter.drawLine(QPointF(30.5, 0), QPointF(30.5, 120))
    painter.setPen(QColor("#30343c"))
    painter.drawText(QPointF(40, 100), "0.25 epoch")
    painter.end()
    return image


def values(image: QImage):
    """Channels [height, width, 4]: blue, green, red and opacity."""
    return np.array(image.constBits()).reshape(image.height(), image.width(), 4).astype(int)


@pytest.mark.parametrize("ground", GROUNDS[:2])
@pytest.mark.parametrize("other", GROUNDS)
def test_over_another_ground_it_looks_as_if_painted_there(qapp, ground, other):
    picture = without_ground(painted(ground), QColor(ground))
    over = QImage(picture.size(), QImage.Format.Format_RGB32)
    over.fill(QColor(other))
    with QPainter(over) as painter:
        painter.drawImage(0, 0, picture)
    differs = np.abs(values(over) - values(painted(other)))[..., :3].max(axis=2)
    assert (differs > 60).mean() < 0.002  # a few pixels where lines meet
    assert differs.mean() < 1


def test_opacity_is_whole_inside_and_none_where_nothing_is_painted(qapp):
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#ffffff"))
    with QPainter(image) as painter:
        painter.fillRect(0, 0, 20, 40, QColor("#006fae"))
    opacity = values(without_ground(image, QColor("#ffffff")))[..., 3]
    assert (opacity[:, :20] == 255).all()
    assert (opacity[:, 20:] == 0).all()


def test_what_is_blended_with_the_ground_in_its_own_colour_is_ground(qapp):
    """A marker's rim, of which a picture is kept, comes out a level or two beside the ground."""
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#1b1d21"))
    image.setPixelColor(9, 9, QColor("#1c1d20"))
    image.setPixelColor(9, 12, QColor("#1f2126"))
    opacity = values(without_ground(image, QColor("#1b1d21")))[..., 3]
    assert opacity[9, 9] == 0
    assert opacity[12, 9] == 255
