"""The rule of typed numbers, against all ways of writing one."""

import itertools
import math

import pytest

from regplay.core.number_text import exact
from regplay.core.typed_number import TypedNumberError, typed_number

SPACES = (" ", "\u00a0", "\u202f", "\u2009")
MARKS = (*SPACES, "'", "’", ",", ".")


def reading(text: str, *, whole: bool = False) -> float | None:
    try:
        return typed_number(text, whole=whole)
    except TypedNumberError:
        return None


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("sign", ["", "-", "+", "−"])
def test_plain_digits_are_what_they_are(sign, whole):
    for digits in ("0", "5", "12", "999", "1000", "20000", "0007", "123456789"):
        expected = -float(digits) if sign in ("-", "−") else float(digits)
        assert reading(f" {sign}{digits} ", whole=whole) == expected


@pytest.mark.parametrize("decimals", ["", "0", "5", "25", "125", "000", "1234", "999999"])
@pytest.mark.parametrize("digits", ["0", "1", "12", "123", "1234", "012", ""])
def test_a_point_is_the_decimal_mark(digits, decimals):
    text = f"{digits}.{decimals}"
    assert reading(text) == (float(text) if text != "." else None)


@pytest.mark.parametrize("decimals", ["", "0", "5", "25", "125", "000", "1234", "999999"])
@pytest.mark.parametrize("digits", ["0", "1", "12", "123", "1234", "012", ""])
def test_a_comma_is_a_decimal_mark_where_it_can_be_no_thousands_mark(digits, decimals):
    text = f"{digits},{decimals}"
    is_group = len(decimals) == 3 and digits in ("1", "12", "123")
    if text == ",":
        assert reading(text) is None
    elif is_group:
        assert reading(text) == float(digits + decimals)
    else:
        assert reading(text) == float(text.replace(",", "."))


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("value", [1000, 12_345, 123_456, 1_000_000, 987_654_321])
def test_grouped_digits_are_read_as_they_are_grouped(value, decimal, mark):
    grouped = f"{value:,}".replace(",", mark)
    is_point_alone = mark == "." and grouped.count(".") == 1
    assert reading(grouped) == (value / 1000 if is_point_alone else value)
    if mark != decimal:
        for decimals in ("", "5", "25", "125"):
            expected = float(f"{value}.{decimals}")
            assert reading(f"{grouped}{decimal}{decimals}") == expected
            assert reading(f"-{grouped}{decimal}{decimals}") == -expected


@pytest.mark.parametrize("value", [1000, 12_000, 20_000, 1250, 999_999])
@pytest.mark.parametrize("mark", MARKS)
def test_of_whole_numbers_a_point_before_three_digits_is_refused_with_both_readings(value, mark):
    text = f"{value:,}".replace(",", mark)
    if mark != ".":
        assert reading(text, whole=True) == value
        return
    with pytest.raises(TypedNumberError) as refused:
        typed_number(text, whole=True)
    assert f"{value / 1000:g} or {value:,}?" in str(refused.value)


def test_several_groups_by_points_can_be_nothing_else():
    assert reading("1.000.000", whole=True) == reading("1.000.000") == 1_000_000


@pytest.mark.parametrize("exponent", ["e3", "E3", "e-3", "e+3", "e0", "e12"])
def test_exponents(exponent):
    for mantissa in ("1", "2.5", "2,5", "0,001", ".5", ",5", "1.000", "12,3456"):
        expected = float(mantissa.replace(",", ".") + exponent)
        assert reading(mantissa + exponent) == expected
    for mantissa in ("1,000", "12,500", "1 000", "1'000", "1.000.000"):  # two readings
        assert reading(mantissa + exponent) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", ",", "-", "+", "e3", "1e", "1e1.5", "--5", "+-5", "5-", "1e999", "-1e999"),
        *("nan", "inf", "-inf", "Infinity", "1_000", "0x10", "1/2", "5 %", "abc", "1a", "½", "٣"),
        *("1,00,000", "1,000,00", "1 00", "1 0000", "10 00", "1  000", "0 123", "0,123,456"),
        *("1,000 000", "1 000,000,000", "1.000,000.5", "1,000,000,5", "1.2.3", "1,2,3", "1..5"),
        *("1234,567,890", "1234 567", "1'00", "1,000'000", "1.000 000", "5\n5", "1 ,5"),
    ],
)
def test_what_is_no_number_is_refused(text):
    assert reading(text) is None
    assert reading(text, whole=True) is None


def test_every_short_text_is_a_number_by_one_reading_alone():
    """Of all texts of these letters: what has several readings is never taken for another one."""
    for length in range(1, 7):
        for letters in itertools.product("01.,", repeat=length):
            text = "".join(letters)
            number = reading(text)
            if number is None:
                continue
            marks = [letter for letter in text if letter in ".,"]
            if not marks or marks == ["."]:
                assert number == float(text)
            elif marks == [","]:
                before, _, behind = text.partition(",")
                is_group = len(behind) == 3 and 1 <= len(before) <= 3 and before[0] != "0"
                assert number == float(text.replace(",", "" if is_group else "."))
            else:  # all but perhaps the last are thousands marks, all of them the other one
                *thousands, last = marks
                assert len(set(thousands)) == 1
                ends = text.rpartition(last)
                decimals = "" if last in thousands else ends[2]
                whole = text if last in thousands else ends[0]
                groups = whole.replace(",", ".").split(".")
                assert groups[0][0] != "0"
                assert [len(group) for group in groups[1:]] == [3] * (len(groups) - 1)
                assert number == float(f"{''.join(groups)}.{decimals}")


@pytest.mark.parametrize("value", [1e-12, 2.5e-5, 0.1 + 0.2, 1 / 3, 1.0, 123456.789, 1e21])
def test_what_a_box_shows_reads_back_exactly(value):
    assert reading(exact(value)) == value
    assert reading(exact(-value)) == -value
    assert math.copysign(1, reading("-0")) == 1.0


@pytest.mark.parametrize("value", [0, 1, 999, 1000, 20_000, 1_000_000])
def test_what_a_box_for_whole_numbers_shows_reads_back(value):
    assert reading(str(value), whole=True) == value
    assert reading(f"{value:,}", whole=True) == value


def test_of_a_million_digits_it_is_soon_known_that_they_are_no_number():
    """Where the time grows with the square of the length, this takes an hour."""
    assert reading("1" * 1_000_000 + "x") is None
