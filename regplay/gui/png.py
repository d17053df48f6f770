"""Pictures as PNG files."""

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage


def as_png(image: QImage) -> bytes:
    """The bytes of the file; Qt, where it writes one itself, prints what the disk refuses."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want a `bytes` format
    return bytes(buffer.data().data())
