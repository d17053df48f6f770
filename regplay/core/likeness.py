"""Which of the known paths is meant by one that there is not."""

import difflib
from collections.abc import Iterable

_LEAST = 0.66  # likeness of two names, for one to be meant by the other
_SECTION_SHARE = 0.3  # what comes before the last part only decides between names that are alike


def nearest(path: str, known: Iterable[str]) -> str | None:
    """The known path that is most like `path`, or None if none is.

    The last part counts, as a whole, by one of its words or by its initials: `data.ntrain` is like
    `data.n_train`, `wd` like `regularization.weight_decay`, `learning_rate` like `optimizer.lr`.
    """
    likeness, best = max((_likeness(path, other), other) for other in known)
    return best if likeness >= _LEAST else None


def _likeness(path: str, known: str) -> float:
    section, _, name = path.rpartition(".")
    known_section, _, known_name = known.rpartition(".")
    alike = _ratio(name, known_name)
    if name == _initials(known_name) or known_name == _initials(name):
        alike = 1.0
    elif name in known_name.split("_"):
        alike = max(alike, 0.8)
    if alike < _LEAST:
        return 0.0
    return alike + _SECTION_SHARE * _ratio(section, known_section)


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()


def _initials(name: str) -> str | None:
    """The first letters of a name of several words."""
    words = name.split("_")
    return "".join(word[:1] for word in words) if len(words) > 1 else None
