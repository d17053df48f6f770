"""Where the window comes to be on the screens that are there."""

from collections.abc import Sequence

from PySide6.QtCore import QMargins, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStyle, QWidget


def placed(wanted: QRect, areas: Sequence[QRect], frame: QMargins) -> QRect:
    """A window's place, moved and made smaller so that all of it can be seen with its frame.

    Parameters
    ----------
    wanted
        Its place without the frame.
    areas
        What is available of each screen, the main one first. The window comes to be where most of
        it is, or, where none of it is, on the main one.
    frame
        The widths of the frame that is drawn around it, the title bar above.
    """

    def in_sight(area: QRect) -> int:
        common = wanted & area
        return common.width() * common.height() if common.isValid() else 0

    area = max(areas, key=in_sight).marginsRemoved(frame)
    place = QRect(wanted.topLeft(), wanted.size().boundedTo(area.size()))
    place.moveRight(min(place.right(), area.right()))
    place.moveBottom(min(place.bottom(), area.bottom()))
    place.moveLeft(max(place.left(), area.left()))
    place.moveTop(max(place.top(), area.top()))
    return place


def place_on_screen(window: QWidget) -> None:
    """Before a window is shown, have all of it in sight, with its title bar.

    A window that was never placed comes to be in the middle of the main screen; one that fills its
    screen stays so.
    """
    main = QGuiApplication.primaryScreen()
    screens = [main, *(one for one in QGuiApplication.screens() if one is not main)]
    areas = [screen.availableGeometry() for screen in screens]
    wanted = window.geometry()
    if not window.testAttribute(Qt.WidgetAttribute.WA_Moved):
        wanted.moveCenter(areas[0].center())
    title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)
    side = title // 4
    frame = QMargins(side, title + title // 2, side, side)  # rather too wide: not yet known
    place = placed(wanted, areas, frame)
    window.setMinimumSize(window.minimumSize().boundedTo(place.size()))
    if not window.windowState() & (
        Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen
    ):
        window.setGeometry(place)
