"""What is raised in an override that Qt calls is reported, and never reaches Qt.

An exception that leaves an override of one of Qt's virtual functions is kept until the event loop
ends; and on Python 3.11, if C code has raised it (an index out of range, an object that Qt has
deleted), it ends the process with a segmentation fault in Shiboken. So every class that is derived
of Qt's, pyqtgraph's among them, is guarded when it is made.
"""

import contextlib
import re
import sys
from collections.abc import Callable
from functools import wraps
from types import FunctionType, MethodDescriptorType
from typing import Any

import shiboken6

# What Qt calls and Python hardly ever does: who calls a function itself gets its exceptions.
_CALLED_BY_QT = re.compile(
    r"\w*Event|event|eventFilter|sizeHint|minimumSizeHint|hasHeightForWidth|heightForWidth"
    r"|boundingRect|shape|paint|drawBackground|drawForeground|itemChange|styleHint|initStyleOption"
    r"|loadResource|rowCount|columnCount|data|setData|headerData|flags|supportedDropActions"
    r"|mimeTypes|mimeData|dropMimeData|focusNextPrevChild|valueFromText|textFromValue|validate"
    r"|fixup|currentChanged|updateEditorGeometry|itemAt|takeAt|expandingDirections|minimumSize"
    r"|setGeometry|count|addItem|accept|reject|done|run"
)
_PAINTS = re.compile(r"paint|paintEvent|drawBackground|drawForeground")


def guard_overrides() -> None:
    """Guard the overrides of all classes that are derived of Qt's from now on."""
    shiboken6.Object.__init_subclass__ = classmethod(_guard)  # type: ignore[method-assign,assignment]


def _guard(cls: type, /, **_: object) -> None:
    for owner in cls.__mro__:
        if owner is not cls and issubclass(owner, shiboken6.Object):
            continue  # Qt's, or guarded when it was made; else what Qt's class is mixed with
        for name, override in list(vars(owner).items()):
            is_reached = isinstance(override, FunctionType) and getattr(cls, name) is override
            if is_reached and _CALLED_BY_QT.fullmatch(name) and _is_qts(cls, name):
                setattr(cls, name, _guarded(owner, override))


def _is_qts(cls: type, name: str) -> bool:
    return any(isinstance(vars(one).get(name), MethodDescriptorType) for one in cls.__mro__)


def _guarded(owner: type, override: Callable[..., Any]) -> Callable[..., Any]:
    """The override, or after it has raised what there would be without it.

    Of what paints, a person sees what was painted until then.
    """
    name = override.__name__

    @wraps(override)
    def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return override(self, *args, **kwargs)
        except Exception:
            sys.excepthook(*sys.exc_info())
        if not _PAINTS.fullmatch(name):
            with contextlib.suppress(Exception):
                return getattr(super(owner, self), name)(*args, **kwargs)
        return None

    return guarded
