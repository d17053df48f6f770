"""Columns as numbers and categories, by their kinds, and what in them is no value of this kind."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from regplay.core.arrays import Floats, Labels
from regplay.core.datasets.dataset import LARGEST
from regplay.core.datasets.own_table.cells import (
    CHECKS,
    NO,
    TIMES,
    TOTALS,
    YES,
    date_readings,
    in_quotes,
    is_number,
    looks_like_number,
    text_of,
)
from regplay.core.datasets.own_table.table_columns import Column, unit_of
from regplay.core.datasets.own_table.table_format import TableFormat, write_format
from regplay.core.datasets.own_table.table_rows import Problem


def numbers_of(
    column: Column, written: TableFormat, thousands: str | None
) -> tuple[Floats, list[Problem]]:
    """A column as numbers [n], NaN where one is missing, and what is no number.

    Parameters
    ----------
    thousands
        The mark that may stand between thousands, "" for none; None allows any.
    """
    decimal = written.decimal
    unit, found = unit_of(column, decimal), column.numbers(decimal)
    values, problems = found.values.copy(), list[Problem]()
    is_fine = found.are_numbers & (np.abs(values) <= LARGEST)
    is_fine &= np.array([one == unit for one in found.units], dtype=bool)
    if thousands is not None:
        is_fine &= np.array([mark in ("", thousands) for mark in found.thousands], dtype=bool)
    for i in map(int, np.flatnonzero(~is_fine & ~column.gaps)):
        reason = _why_no_number(
            column.texts[i], bool(found.are_numbers[i]), values[i], found.units[i], unit, decimal
        )
        problems += column.problems_at(i, reason, *_what_text_means(column, i, written))
        values[i] = np.nan
    return values[column.codes], problems


def _what_text_means(
    column: Column, place: int, written: TableFormat
) -> Iterator[tuple[str, str, str]]:
    """What one of `texts` that is no number may be, as an answer to a problem."""
    text = text_of(column.texts[place])
    if _is_total(text) and column.counts[place] == 1:
        rows = {*written.skip, column.first_row(place)}
        yield "Leave it out", "data.format", write_format({"skip": sorted(rows)})
    elif not is_number(text) and not looks_like_number(text) and not re.search("[,;]", text):
        marks = write_format({"missing": [*written.missing, text]})
        yield "It means a missing value", "data.format", marks


def _is_total(text: str) -> bool:
    return text.lower().rstrip(":") in TOTALS


def _why_no_number(text: Any, is_one: bool, value: float, own: str, unit: str, decimal: str) -> str:
    """What is wrong with a number of the unit `own` in a column of the unit `unit`."""
    shown = in_quotes(text)
    if not is_one and is_number(text_of(text)):
        return (
            f"{shown} has other marks than the rest of this table, which has decimal "
            f"{'points' if decimal == '.' else 'commas'}; write all numbers alike"
        )
    if not is_one:
        is_sum = re.fullmatch(r"(\d+ )?\d+/0*[1-9]\d*", str(text))
        correct = "correct it"
        if is_sum:
            correct = f"write it as {float(sum(map(Fraction, str(text).split()))):.6g}"
        elif _is_total(str(text)):
            correct = "if this row sums up those above it, leave it out, else correct it"
        elif re.fullmatch(r"[\d.,]+-", str(text)):
            correct = f"if it is negative, write -{str(text)[:-1]}"
        return (
            f"{shown} is not a number; {correct}, or if it means that the value is missing, leave "
            "the cell empty"
        )
    if not abs(value) <= LARGEST:
        fault = "too large" if np.isfinite(value) else "not finite"
        return f"{shown} is {fault}; correct it or leave the cell empty"
    if own == unit:
        return f"{shown} has a mark between thousands that this table should not have"
    if own in TIMES and unit in TIMES:
        return f"{shown} has not as many parts as the other times; write all of them like 0:12:30"
    has = f"has the unit {own}" if own else "has no unit"
    others = f"the others have {unit}" if unit else "the others have none"
    return f"{shown} {has}, {others}; write all of them alike"


def dates_of(column: Column, order: str) -> tuple[Floats, list[Problem]]:
    """A column as days [n] since its first date, NaN where one is missing, and what is no date.

    A column of which all dates have but another order is read by that.
    """
    found = np.full(len(column.texts), np.nan)
    problems: list[Problem] = []
    all_readings = [(i, date_readings(text_of(text))) for i, text in column.values()]
    common = set[str]().union(*(dates for _, dates in all_readings))
    for _, dates in all_readings:
        common &= set(dates)
    if len(common) == 1 and order not in common:
        (order,) = common
    for i, readings in all_readings:
        days = readings.get(order, readings.get("year first"))
        if days is None:
            others = f"with the {order}" if order != "year first" else "like 2024-05-01"
            shown = in_quotes(column.texts[i])
            wrong = f"{shown} is no date {others}; correct it or leave the cell empty"
            problems += column.problems_at(i, wrong)
        else:
            found[i] = days
    return (found - np.nanmin(found) if np.isfinite(found).any() else found)[column.codes], problems


def categories_of(column: Column) -> tuple[Labels, tuple[str, ...]]:
    """Which category each row has [n], −1 where it is missing, and their names in order."""
    names = sorted({text_of(text) for _, text in column.values()})
    place = {name: i for i, name in enumerate(names)}
    codes = [-1 if column.gaps[i] else place[text_of(t)] for i, t in enumerate(column.texts)]
    return np.array(codes, dtype=np.int64)[column.codes], tuple(names)


def yes_no_of(column: Column) -> tuple[Floats, list[Problem]]:
    """A column as 1 for yes and 0 for no [n], NaN where it is missing, and what is neither."""
    found, problems = np.full(len(column.texts), np.nan), list[Problem]()
    for i, cell in column.values():
        text = text_of(cell).lower()
        if text in YES | CHECKS | {"1"}:
            found[i] = 1.0
        elif text in NO | {"0"}:
            found[i] = 0.0
        else:
            wrong = f"{in_quotes(cell)} is neither yes nor no; say that the column is a category"
            problems += column.problems_at(i, wrong)
    return found[column.codes], problems
