"""Field paths as keywords."""

from collections.abc import Mapping


def by_path(keywords: Mapping[str, object]) -> dict[str, object]:
    """Values by field path, of keywords in which `__` stands for the dot."""
    return {name.replace("__", "."): value for name, value in keywords.items()}
