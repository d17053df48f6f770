"""Colours that stay apart for colour-blind eyes, and the type, of the whole application.

Training is blue and validation vermilion (Okabe & Ito, "Color Universal Design", 2008; darkened to
the 4.5:1 that text needs, also to colour-blind eyes) wherever either is shown. The class colours
keep a CIE76 distance of 20 or more from one another under simulated protanopia, deuteranopia and
tritanopia (Machado et al., 2009), the first four of 40. Tests hold them to both.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, Literal

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetricsF, QPalette, QPen
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from regplay.resources import resource

Scheme = Literal["system", "light", "dark"]

_BOX_OUTLINE = 0.6  # of the colour of the text is in what outlines check boxes on a dark ground
BODY = 14  # px, of usual text at 100 %
_SECONDARY = 13  # px at 100 %
_LINE = 15.71875  # px, height of a line of that
ZOOMS = (100, 110, 125, 150, 175, 200)  # percent
# Text of other sizes, by the class of the widget that shows it: px at 100 %, weight.
_TEXTS = (
    ("Chart", _SECONDARY, QFont.Weight.Normal),
    ("ColorBar", _SECONDARY, QFont.Weight.Normal),
    ("Legend", _SECONDARY, QFont.Weight.Normal),
    ("ReadoutWidget", _SECONDARY, QFont.Weight.Normal),
    ("GroupHeading", 15, QFont.Weight.DemiBold),
    ("Description", _SECONDARY, QFont.Weight.Normal),
    ("Explanation", _SECONDARY, QFont.Weight.Normal),
    ("EpochLabel", 18, QFont.Weight.Normal),
    ("Losses", 18, QFont.Weight.Normal),
    ("Headline", 20, QFont.Weight.DemiBold),
)
_CLASSES = (
    "#5f4cbf",
    "#f2d543",
    "#60f2da",
    "#bf1c1c",
    "#5ba567",
    "#d877b8",
    "#8c4d6c",
    "#b8d877",
    "#8b24f2",
    "#9785f2",
)


# Behind the white words of a verdict, in any scheme: apart by lightness and blue to all eyes. What
# is no verdict yet is grey.
VERDICTS = {
    "untrained": "#57606a",
    "still learning": "#57606a",
    "diverged": "#30363d",
    "overfitting": "#c2261a",
    "underfitting": "#4a3fa8",
    "underfitting and overfitting": "#6b0f5c",
    "good fit": "#11755d",
}


@dataclass(frozen=True)
class Colors:
    """Every colour of the plots, as `#rrggbb`."""

    dark: bool
    background: str  # behind a plot
    foreground: str  # text and axes
    muted: str  # tick labels, identity lines, what only supports
    grid: str
    train: str
    valid: str
    truth: str  # the function behind the data
    fit: str  # what the network predicts
    floor: str  # the noise floor
    best: str  # the epoch with the smallest validation loss
    objective: str
    penalty: str
    norm: str
    accent: str  # what is chosen or in focus among the controls; the colour of no curve
    classes: tuple[str, ...]

    def class_color(self, index: int) -> str:
        """The colour of a class; from the eleventh on they come again."""
        return self.classes[index % len(self.classes)]

    def of(self, color: str) -> str:
        """The `#rrggbb` that a `Role` has among these; other colours stay as they are."""
        return color.in_scheme(self) if isinstance(color, Role) else color


def colors_of(painted: QWidget | QPalette) -> Colors:
    """Those that go with a palette, or a widget's, which every change of the scheme changes."""
    palette = painted.palette() if isinstance(painted, QWidget) else painted
    return DARK if _is_dark(palette) else LIGHT


class Role(str):
    """A colour by what it is for; the scheme says which one it is when it is painted.

    What describes a plot holds roles, so that one description is drawn on a light ground and on a
    dark one. Two of the same name are equal.
    """

    in_scheme: Callable[[Colors], str]

    def __new__(cls, name: str, in_scheme: Callable[[Colors], str]) -> "Role":
        """The name of the role, and what it is among the colours of a scheme."""
        made = super().__new__(cls, name)
        made.in_scheme = in_scheme
        return made


LIGHT = Colors(
    dark=False,
    background="#ffffff",
    foreground="#1f2328",
    muted="#68717b",
    grid="#e4e7eb",
    train="#006fae",
    valid="#b04800",
    truth="#68717b",
    fit="#00a86b",
    floor="#8b1a4f",
    best="#1f2328",
    objective="#1f2328",
    penalty="#8b1a4f",
    norm="#00a86b",
    accent="#6d28d9",
    classes=_CLASSES,
)

DARK = Colors(
    dark=True,
    background="#1b1d21",
    foreground="#e6e8eb",
    muted="#9aa1a9",
    grid="#33373d",
    train="#56b4e9",
    valid="#f08a3c",
    truth="#a9b0b8",
    fit="#7cf0b0",
    floor="#ffd0ea",
    best="#e6e8eb",
    objective="#e6e8eb",
    penalty="#d98cc0",
    norm="#7cf0b0",
    accent="#8050e8",
    classes=_CLASSES,
)


def with_fit(colors: Colors, fit: str | None) -> Colors:
    """These colours, the fit's replaced by that of its run if it has one."""
    return colors if fit is None else replace(colors, fit=colors.of(fit))


def _roles() -> Colors:
    names = [one.name for one in fields(Colors) if one.name not in ("dark", "classes")]
    found: dict[str, Any] = {name: Role(name, attrgetter(name)) for name in names}
    found["classes"] = tuple(map(_class_role, range(len(_CLASSES))))
    return Colors(dark=False, **found)


def _class_role(index: int) -> Role:
    return Role(f"class {index}", lambda colors: colors.classes[index])


# In place of the colours of a scheme, for what is drawn in any.
ROLES = _roles()


@lru_cache(maxsize=256)  # it is asked for with each frame
def mix(one: str, other: str, share: float) -> str:
    """`one` with a `share` in [0, 1] of `other` in it, as `#rrggbb`.

    Mixed colours stand in for transparent ones, which show dots where pieces of a line overlap.
    Of roles it is a role too.
    """
    if isinstance(one, Role) or isinstance(other, Role):
        name = f"{one} with {share:.4f} of {other}"
        return Role(name, lambda colors: mix(colors.of(one), colors.of(other), share))
    a, b = QColor(one), QColor(other)
    parts = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in parts)


def contrast(one: str, other: str) -> float:
    """How well one `#rrggbb` is read on another, from 1 to 21 (WCAG 2.1, 1.4.3)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: str) -> float:
    exact = QColor(color)
    parts = ((exact.redF(), 0.2126), (exact.greenF(), 0.7152), (exact.blueF(), 0.0722))
    linear = ((c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4, w) for c, w in parts)
    return sum(weight * part for part, weight in linear)


_TEXT_CONTRAST = 4.5


@lru_cache(maxsize=256)
def readable(color: str, colors: Colors) -> str:
    """The colour for text on a plot: as near to `color` as is read there."""
    for share in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        text = mix(color, colors.foreground, share)
        if contrast(text, colors.background) >= _TEXT_CONTRAST:
            return text
    return colors.foreground


def blend(first: QColor, second: QColor, share: float) -> QColor:
    """`first`, with `share` (0 … 1) of it replaced by `second`."""
    mixed = [
        a + (b - a) * share
        for a, b in zip(first.getRgbF()[:3], second.getRgbF()[:3], strict=True)  # type: ignore[index]
    ]
    return QColor.fromRgbF(*mixed)


def line_color(palette: QPalette, share: float) -> QColor:
    """Of a quiet line on the window: `share` of the text's colour."""
    return blend(palette.window().color(), palette.windowText().color(), share)


def zoom_of_text() -> float:
    """How many times as large as at 100 % the application's text is."""
    font = QApplication.font()
    pixels = font.pixelSize()  # −1 where the size is in points, as without our theme
    return (pixels if pixels > 0 else QFontInfo(font).pixelSize()) / BODY


def zoomed(pixels: float) -> int:
    """A length in px at 100 %, at the present zoom."""
    return round(pixels * zoom_of_text())


def unit_of(metrics: QFontMetricsF) -> float:
    """How many times as high as in a plot at 100 % a line of text is: other lengths go along."""
    return metrics.height() / _LINE


def hairline(color: str, zoom: float) -> QPen:
    """A solid pen of 1 px at 100 %, in whole px."""
    return QPen(QColor(color), max(round(zoom), 1))


def sized(font: QFont, share: float = 1.0) -> QFont:
    """The font at a share of its size, which is its own from then on.

    A painter gives the application's size to a font that has its size from a widget's class.
    """
    made = QFont(font)
    made.setPixelSize(round(QFontInfo(font).pixelSize() * share))
    return made


def refusal_color(palette: QPalette) -> QColor:
    """The red of a refused value."""
    return QColor.fromHsl(2, 200, 180 if _is_dark(palette) else 110)


def palette_of(colors: Colors) -> QPalette:
    """A whole palette for the Fusion style."""
    window = "#23262b" if colors.dark else "#f8f9fb"
    button = "#2f3339" if colors.dark else "#ffffff"
    faint = mix(colors.foreground, window, 0.55)
    role = QPalette.ColorRole
    palette = QPalette(QColor(button), QColor(window))  # derives the bevels from these
    for which, color in {
        role.Window: window,
        role.WindowText: colors.foreground,
        role.Base: colors.background,
        role.AlternateBase: mix(colors.background, colors.foreground, 0.05),
        role.Text: colors.foreground,
        role.Button: button,
        role.ButtonText: colors.foreground,
        role.BrightText: "#ffffff",
        role.ToolTipBase: "#3b4047" if colors.dark else "#ffffff",
        role.ToolTipText: colors.foreground,
        role.PlaceholderText: mix(colors.foreground, window, 0.35),
        role.Highlight: colors.accent,
        role.HighlightedText: "#ffffff",
        role.Accent: colors.accent,
        role.Link: colors.train,
        role.LinkVisited: colors.floor,
    }.items():
        palette.setColor(which, QColor(color))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(faint))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(faint))
    return palette


@cache
def _family() -> str:
    """The family of the fonts that ship with the program, read once."""
    for weight in ("SemiBold", "Bold", "Regular"):  # Qt would thicken what it lacks
        found = QFontDatabase.addApplicationFont(str(resource("fonts", f"Inter-{weight}.otf")))
    return QFontDatabase.applicationFontFamilies(found)[0]


def _is_dark(palette: QPalette) -> bool:
    return palette.window().color().lightness() < 128


class Theme(QObject):
    """Colours and type of a running application, whose palette and fonts tell every widget."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self.scheme: Scheme = "system"
        self.zoom = 100
        app.setStyle("Fusion")  # the same on every system, and drawn wholly from the palette
        app.styleHints().colorSchemeChanged.connect(self._follow_system)
        self.set_zoom(self.zoom)

    def set_scheme(self, scheme: Scheme) -> None:
        """Turn the application light or dark, or let it follow the system."""
        self.scheme = scheme
        system = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        is_dark = system if scheme == "system" else scheme == "dark"
        palette = palette_of(DARK if is_dark else LIGHT)
        self._app.setPalette(palette)
        QToolTip.setPalette(palette)
        self._outline_check_boxes()

    def set_zoom(self, percent: int) -> None:
        """Draw all text at a share of its usual size, and with it what is measured by text.

        Parameters
        ----------
        percent
            Among `ZOOMS`; 100 is the usual size.
        """
        self.zoom = percent
        font = QFont(_family())
        font.setFeature(QFont.Tag("tnum"), 1)  # digits of one width: changing numbers stand still
        for name, size, weight in (("", BODY, QFont.Weight.Normal), *_TEXTS):
            font.setPixelSize(round(size * percent / 100))
            font.setWeight(weight)
            if name:
                self._app.setFont(font, name)  # type: ignore[arg-type]
            else:
                self._app.setFont(font)
        QToolTip.setFont(self._app.font())

    @Slot()
    def _follow_system(self) -> None:
        if self.scheme == "system":
            self.set_scheme("system")

    def _outline_check_boxes(self) -> None:
        """Fusion makes their outline from the ground, somewhat darker: on a dark one it is lost."""
        palette = QPalette(self._app.palette())
        if _is_dark(palette):
            window = palette.color(QPalette.ColorRole.Window).name()
            text = palette.color(QPalette.ColorRole.WindowText).name()
            palette.setColor(QPalette.ColorRole.Window, QColor(mix(window, text, _BOX_OUTLINE)))
        name: Any = "QCheckBox"  # PySide says that it wants bytes, and refuses them
        self._app.setPalette(palette, name)
