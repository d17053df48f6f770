"""Reading values out of parsed TOML that somebody else may have written."""

from collections.abc import Mapping
from typing import Any

from regplay.session.stored_arrays import DocumentError

_SHOWN = 40  # characters of a wrong value


class CheckedTable:
    """A table of a file; what it lacks or has wrong is refused by its path and value.

    Parameters
    ----------
    raw
        As `tomllib` reads it.
    path
        Where it stands in the file; empty for the whole of it.
    """

    def __init__(self, raw: Mapping[str, Any], path: str = "") -> None:
        self._raw = raw
        self._path = path

    def __contains__(self, key: str) -> bool:
        return key in self._raw

    def place(self, key: str) -> str:
        """The path of one of its values."""
        return f"{self._path}.{key}" if self._path else key

    def _refuse(self, key: str, bounds: str) -> DocumentError:
        if key not in self._raw:
            return DocumentError(f"{self.place(key)} is missing: it must be {bounds}")
        value = self._raw[key]
        # Not `repr` of a whole table, which may be as long as the file.
        shown = repr(value)[:_SHOWN] if isinstance(value, str | int | float) else "…"
        return DocumentError(f"{self.place(key)} = {shown}: must be {bounds}")

    def integer(self, key: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self._raw.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self._refuse(key, f"a whole number from {low:,} to {high:,}")
        return value

    def integers(self, key: str, low: int, high: int, most: int) -> tuple[int, ...]:
        """At most `most` whole numbers from `low` to `high`."""
        found = self._raw.get(key)
        if isinstance(found, list) and len(found) <= most:
            wholes = [x for x in found if isinstance(x, int) and not isinstance(x, bool)]
            if len(wholes) == len(found) and all(low <= x <= high for x in wholes):
                return tuple(wholes)
        raise self._refuse(key, f"a list of whole numbers from {low:,} to {high:,}")

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._raw.get(key)
        if not isinstance(value, bool):
            raise self._refuse(key, "true or false")
        return value

    def text(self, key: str, most: int) -> str:
        """A text of at most `most` characters."""
        value = self._raw.get(key)
        if not isinstance(value, str) or len(value) > most:
            raise self._refuse(key, f"a text of at most {most:,} characters")
        return value

    def raw(self, key: str) -> Mapping[str, Any]:
        """A table of values; an empty one if there is none."""
        value = self._raw.get(key, {})
        if not isinstance(value, Mapping):
            raise self._refuse(key, "a table of values")
        return value

    def table(self, key: str) -> "CheckedTable":
        """A table in this one, to be checked as well."""
        return CheckedTable(self.raw(key), self.place(key))

    def tables(self, key: str, most: int) -> list["CheckedTable"]:
        """At most `most` tables."""
        found = self._raw.get(key, [])
        is_list = isinstance(found, list) and all(isinstance(each, Mapping) for each in found)
        if not is_list or len(found) > most:
            raise self._refuse(key, f"at most {most} tables of values")
        return [
            CheckedTable(each, f"{self.place(key)}[{number}]")
            for number, each in enumerate(found, 1)
        ]
