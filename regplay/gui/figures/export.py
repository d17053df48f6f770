"""Figures and their numbers into files and onto the clipboard."""

import errno
import re
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from regplay.core.errors import UserError
from regplay.gui.figures.figure import INCH, SCREEN, USUAL, Figure, Style, paint_page, to_text
from regplay.gui.plots.canvas import FigurePainter
from regplay.session.files import write_atomically

FORMATS = ("png", "svg")
MOST = 16_384  # pixels of a side
_MOST_PIXELS = 100_000_000  # 400 MB of memory
_ADVICE = {
    errno.EACCES: "choose a folder that you may write to",
    errno.EPERM: "choose a folder that you may write to",
    errno.EROFS: "choose a folder that you may write to",
    errno.ENOSPC: "make room on the disk, or choose another one",
    errno.EDQUOT: "make room on the disk, or choose another one",
    errno.ENOENT: "choose a folder that exists",
    errno.ENOTDIR: "choose a folder that exists",
    errno.EISDIR: "choose a name that is not a folder's",
    errno.ENAMETOOLONG: "choose a shorter name",
}


class FigureError(UserError):
    """A figure can't be made or written; the message says what, where and what to do."""


def draw_image(figure: Figure, style: Style) -> QImage:
    """The figure as an image of exactly `style.width` × `style.height` pixels.

    Raises
    ------
    FigureError
        If there is no memory for so many pixels.
    """
    if style.width * style.height > _MOST_PIXELS:
        raise FigureError(_too_large(style))
    image = QImage(style.width, style.height, QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise FigureError(_too_large(style))
    image.fill(Qt.GlobalColor.transparent)
    image.setDevicePixelRatio(style.scale)
    _paint(figure, image, style)
    dots = round(SCREEN * style.scale / INCH * 1000)  # a metre: text keeps its size on paper
    image.setDotsPerMeterX(dots)
    image.setDotsPerMeterY(dots)
    return image


def _too_large(style: Style) -> str:
    return (
        f"a figure of {style.width:,} × {style.height:,} pixels does not fit into memory: "
        "choose a smaller size, or SVG, which has no pixels"
    )


def png_bytes(figure: Figure, style: Style) -> bytes:
    """The figure as a PNG."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image = draw_image(figure, style)
    if not style.transparent:
        image = image.convertToFormat(QImage.Format.Format_RGB32)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want a `bytes` format
    return bytes(buffer.data().data())


def svg_bytes(figure: Figure, style: Style) -> bytes:
    """The figure as an SVG 1.1: paths and text; only coloured surfaces are images.

    It has the same proportions as the PNG, and the size at which its text is `TEXT` pixels high.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    page = style.page
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # 1.2 Tiny has no clipping
    generator.setOutputDevice(buffer)
    generator.setResolution(round(SCREEN))
    generator.setSize(QSize(round(page.width()), round(page.height())))
    generator.setViewBox(QRectF(0, 0, page.width(), page.height()))
    generator.setTitle(style.title or figure.title)
    _paint(figure, generator, style)
    text = bytes(buffer.data().data())
    # Whole pixels in mm, as Qt writes them, are none to a program that turns them back.
    size = b'<svg width="%g" height="%g"' % (page.width(), page.height())
    text = re.sub(rb'<svg width="[^"]*" height="[^"]*"', size, text, count=1)
    # Another machine may not have the font.
    return re.sub(rb'font-family="([^"]*)"', rb'font-family="\1, sans-serif"', text)


def _paint(figure: Figure, device: QImage | QSvgGenerator, style: Style) -> None:
    painter = FigurePainter(device)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        paint_page(figure, painter, style)
    finally:
        painter.end()


def save_figure(figure: Figure, path: Path, style: Style) -> None:
    """Write a PNG or an SVG, as the name ends.

    Raises
    ------
    FigureError
        If the name has another ending, there is no room in memory, or the file can't be written.
    """
    make = {"png": png_bytes, "svg": svg_bytes}.get(path.suffix.lower().lstrip("."))
    if make is None:
        raise FigureError(f"{path}: a figure's name ends in .png or .svg")
    _write(path, make(figure, style), "the figure")


def save_data(figure: Figure, path: Path) -> None:
    """Write the numbers behind a plot as CSV.

    Raises
    ------
    FigureError
        If there are none yet, or the file can't be written.
    """
    _write(path, _table(figure, ","), "the data")


def _table(figure: Figure, separator: str) -> str:
    series = figure.series()
    if not series:
        raise FigureError(f"{figure.title or figure.name}: there is nothing to save yet")
    return to_text(series, separator)


def _write(path: Path, data: bytes | str, what: str) -> None:
    try:
        write_atomically(path, data)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        advice = _ADVICE.get(error.errno or 0, "choose another place")
        raise FigureError(f"{path}: can't save {what}: {reason}; {advice}") from error


def copy_figure(figure: Figure, style: Style | None = None) -> None:
    """Put the figure on the clipboard as an image; of the usual size, twice as fine, by default."""
    style = style or Style(2 * USUAL[0], 2 * USUAL[1], 2.0, title=figure.title)
    image = draw_image(figure, style)
    image.setDevicePixelRatio(1.0)  # other programs count pixels
    QGuiApplication.clipboard().setImage(image)


def copy_data(figure: Figure) -> None:
    """Put the numbers on the clipboard: as text separated by tabs, and as CSV.

    Raises
    ------
    FigureError
        If there are none yet.
    """
    data = QMimeData()
    data.setText(_table(figure, "\t"))
    data.setData("text/csv", _table(figure, ",").encode())
    QGuiApplication.clipboard().setMimeData(data)
