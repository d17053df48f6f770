"""What is used of pyqtgraph, imported without the rest of it.

`import pyqtgraph` imports a hundred modules, and has PySide6 make all of Qt's thousand classes
where it would make those that are asked for. So the package is put in place with its `__init__` not
run; that is made up for once a name is asked for that only it has.

Measured in CPU time, medians of eight: to import all that the window is made of takes 1.2 s, with
the whole of pyqtgraph 1.6 s, where `import torch` takes 2.0 s.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

# pyqtgraph's own, of those that these parts ask for; all others have it read its `__init__`.
_OPTIONS = {
    "crashWarning": False,
    "enableExperimental": False,
    "leftButtonPan": True,
    "mouseRateLimit": 100,
}


def _put_in_place() -> None:
    """Have `pyqtgraph` be a package whose `__init__` is run when something is asked of it."""
    spec = find_spec("pyqtgraph")
    assert spec is not None
    assert spec.loader is not None
    package, run = module_from_spec(spec), spec.loader.exec_module

    def get(name: str) -> Any:
        if name.startswith("__") or find_spec(f"pyqtgraph.{name}") is not None:
            raise AttributeError(name)  # a module of it: who wants that imports it next
        del package.__getattr__
        run(package)
        return getattr(package, name)

    def get_option(name: str) -> Any:
        return _OPTIONS[name] if name in _OPTIONS else package.CONFIG_OPTIONS[name]

    package.__getattr__ = get  # type: ignore[method-assign]
    package.getConfigOption = get_option  # type: ignore[attr-defined]
    sys.modules["pyqtgraph"] = package


@contextmanager
def _as_they_are(modules: dict[str, ModuleType]) -> Iterator[None]:
    """Have `pyqtgraph.Qt` take Qt's modules, and find no name in them to copy."""
    listings = {name: module.__dir__ for name, module in modules.items()}
    for name, module in modules.items():
        sys.modules[f"pyqtgraph.Qt.{name}"] = module
        module.__dir__ = lambda: []  # type: ignore[method-assign]
    try:
        yield
    finally:
        for name, module in modules.items():
            module.__dir__ = listings[name]  # type: ignore[method-assign]


if "pyqtgraph" not in sys.modules:
    _put_in_place()
    with _as_they_are({"QtCore": QtCore, "QtGui": QtGui, "QtWidgets": QtWidgets}):
        import_module("pyqtgraph.Qt")

from pyqtgraph.functions import arrayToQPolygonF  # noqa: E402
from pyqtgraph.graphicsItems.ViewBox import ViewBox  # noqa: E402
from pyqtgraph.GraphicsScene import GraphicsScene  # noqa: E402
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent  # noqa: E402

__all__ = ["GraphicsScene", "MouseClickEvent", "ViewBox", "arrayToQPolygonF"]
