"""Icons from resources/icons, in the colour of the text beside them."""

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from regplay.resources import resource

_SIZES = (16, 24, 32, 48)  # px


def icon(name: str, palette: QPalette) -> QIcon:
    """The icon `name`, drawn in the palette's button text colours, enabled and disabled."""
    source = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    made = QIcon()
    for mode, group in (
        (QIcon.Mode.Normal, QPalette.ColorGroup.Active),
        (QIcon.Mode.Disabled, QPalette.ColorGroup.Disabled),
    ):
        color = palette.color(group, QPalette.ColorRole.ButtonText)
        for size in _SIZES:
            made.addPixmap(_draw(source, color, size), mode)
    return made


def application_icon() -> QIcon:
    """The program's own icon."""
    source = resource("icons", "regplay.svg").read_text(encoding="utf-8")
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(_draw(source, QColor(), size))
    return made


def _draw(source: str, color: QColor, size: int) -> QPixmap:
    svg = QSvgRenderer(QByteArray(source.replace("currentColor", color.name()).encode()))
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    svg.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
