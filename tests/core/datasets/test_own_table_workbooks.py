"""Workbooks that are damaged, or that somebody made to be so: read, or refused in words."""

import io
import re
import zipfile
from random import Random

import openpyxl
import pytest
from made_datasets import checked
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

SHEET = "xl/worksheets/sheet1.xml"
DAMAGED = "this workbook is damaged; open it in Excel or LibreOffice"


def packed(parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


@pytest.fixture(scope="module")
def parts():
    """The files that a workbook of three columns and twelve rows consists of."""
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["a", "word", "y"])
    for i in range(12):
        book.active.append([i * 1.5, "xyz"[i % 3], i * i])
    book.save(content)
    with zipfile.ZipFile(content) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def problem_of(tmp_path):
    """What is wrong with the bytes of a workbook, with its place; "" for nothing."""

    def first_problem(content):
        (tmp_path / "table.xlsx").write_bytes(content)
        check = checked(tmp_path / "table.xlsx")
        assert (check.table is None) == bool(check.problems)
        return str(check.problems[0]) if check.problems else ""

    return first_problem


def with_sheet(parts, pattern, replacement):
    found, count = re.subn(pattern, replacement, parts[SHEET], flags=re.DOTALL)
    assert count
    return packed({**parts, SHEET: found})


SCRAPS = [
    b"-1",
    b"9" * 5000,
    b"1e999",
    b"nan",
    b"A",
    b"",
    b'"',
    b"<",
    b"&",
    b"\xff",
    b"ZZZZ9",
    b"1.5",
]


@pytest.mark.parametrize("seed", range(4))
def test_bytes_and_values_changed_at_random_are_refused_in_words(parts, problem_of, seed):
    random, whole = Random(seed), packed(parts)
    for _ in range(20):
        content = bytearray(whole)
        content[random.randrange(4, len(content))] = random.randrange(256)
        problem_of(bytes(content))
        name = random.choice([SHEET, *parts])
        start, end = random.choice([m.span(1) for m in re.finditer(b'[">]([^"<>]+)', parts[name])])
        part = parts[name][:start] + random.choice(SCRAPS) + parts[name][end:]
        problem_of(packed({**parts, name: part}))


def test_what_openpyxl_does_not_expect_is_refused_in_words(parts, problem_of):
    assert problem_of(packed(parts)) == ""
    styled = with_sheet(parts, b'<c r="A2"', b'<c s="' + b"9" * 30 + b'" r="A2"')
    shared = with_sheet(parts, b'<c r="A2" t="n"><v>[^<]*', b'<c r="A2" t="s"><v>7')
    for content in (shared, packed({**parts, "xl/styles.xml": b""})):
        assert problem_of(content).startswith(DAMAGED)
    assert problem_of(styled) == ""  # no one asks for that style
    encrypted, unknown = bytearray(packed(parts)), bytearray(packed(parts))
    for place in re.finditer(b"PK\x01\x02", encrypted):
        encrypted[place.start() + 8] |= 1
        unknown[place.start() + 10] = 99
    assert problem_of(bytes(encrypted)).startswith(DAMAGED)
    assert problem_of(bytes(unknown)).startswith(DAMAGED)
    damaged = bytearray(packed(parts))
    start = damaged.index(SHEET.encode()) + len(SHEET)
    damaged[start : start + 40] = bytes(40)
    assert problem_of(bytes(damaged)).startswith(DAMAGED)


def test_a_number_of_hundreds_of_digits_is_told_with_its_place(parts, problem_of):
    content = with_sheet(parts, b'(<c r="A3"[^>]*><v>)[^<]*', rb"\g<1>" + b"9" * 400)
    assert problem_of(content).startswith("row 3, column 1 (a): ")


def test_a_sheet_that_says_that_it_is_smaller_is_read_to_its_end(parts, tmp_path):
    (tmp_path / "table.xlsx").write_bytes(with_sheet(parts, b'ref="A1:C13"', b'ref="A1"'))
    assert len(checked(tmp_path / "table.xlsx").table.y) == 12


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>',
        b'<row r="20"><c r="ZZZ20"><v>1</v></c></row><row r="9000"><c r="A9000"><v>1</v></c></row>',
    ],
    ids=["rows", "cells"],
)
def test_rows_and_columns_far_away_are_refused(parts, problem_of, rows):
    content = with_sheet(
        parts, b"<dimension[^>]*>(.*)</sheetData>", rb"\1" + rows + b"</sheetData>"
    )
    assert problem_of(content) == "this sheet is too large; save a part of its rows as CSV"


@pytest.mark.parametrize("name", ["workbook22.xml", "Workbook.xml"])
def test_the_main_part_of_a_workbook_may_be_called_otherwise(parts, problem_of, name):
    old = b"/xl/workbook.xml"
    types = "[Content_Types].xml"
    assert old in parts[types]
    moved = {
        **{part: text for part, text in parts.items() if "workbook.xml" not in part},
        types: parts[types].replace(old, f"/xl/{name}".encode()),
        f"xl/{name}": parts["xl/workbook.xml"],
        f"xl/_rels/{name}.rels": parts["xl/_rels/workbook.xml.rels"],
    }
    assert problem_of(packed(moved)) == ""


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("xl/workbook.bin", "a binary workbook (.xlsb): save it as Excel workbook (.xlsx) or CSV"),
        ("META-INF/manifest.xml", "a LibreOffice file: save it as CSV or Excel"),
        (
            "Index/Document.iwa",
            "a file of Numbers, Pages or Keynote: export its table as CSV or Excel",
        ),
        ("content.xml", "a ZIP archive: unpack it first"),
        ("word/document.xml", "a Word file: copy the table from it and paste it here"),
        ("ppt/presentation.xml", "a PowerPoint file: copy the table from it and paste it here"),
        ("table.csv", "a ZIP archive: unpack it first"),
    ],
)
def test_other_files_that_are_archives_are_named(problem_of, part, expected):
    assert problem_of(packed({"[Content_Types].xml": b"<Types/>", part: b"x"})).startswith(
        f"this is {expected}; "
    )


TOO_LARGE = "this workbook is too large; save a part of its rows as CSV"


def test_what_unpacks_to_very_much_is_refused_unread(parts, problem_of):
    """Whatever its parts are called; what is not needed may be large."""
    texts = b'<Override PartName="/a" ContentType="%s"/></Types>' % SHARED_STRINGS.encode()
    types = parts["[Content_Types].xml"].replace(b"</Types>", texts)
    assert problem_of(packed({**parts, "[Content_Types].xml": types, "a": bytes(33 << 20)})) == (
        TOO_LARGE
    )
    assert problem_of(packed({**parts, "xl/styles.xml": bytes(5 << 20)})) == TOO_LARGE
    assert problem_of(packed({**parts, "xl/workbook.xml": bytes(2 << 20)})) == TOO_LARGE
    assert problem_of(packed({**parts, SHEET: bytes(257 << 20)})) == TOO_LARGE
    assert problem_of(packed({**parts, "xl/theme/theme1.xml": bytes(5 << 20)})) == ""


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (b"</sheetData>", b'<row r="20">' + b"<c/>" * 600_000 + b"</row></sheetData>"),
        (b"<sheetData>", b"<cols>" + b"<col/>" * 400_000 + b"</cols><sheetData>"),
        (b"</sheetData>", b'<row r="20"><c><v>' + b"1" * 2_000_000 + b"</v></c></row></sheetData>"),
    ],
    ids=["empty cells", "columns", "one cell"],
)
def test_a_row_and_what_stands_above_may_not_go_on_for_ever(
    parts, problem_of, pattern, replacement
):
    assert problem_of(with_sheet(parts, pattern, replacement)) == TOO_LARGE


def test_what_stands_below_the_rows_is_not_read(parts, problem_of):
    below = b"</sheetData>" + b"<mergeCells/>" * 100_000 + b"<!"
    assert problem_of(with_sheet(parts, b"</sheetData>.*", below)) == ""


def test_texts_that_cells_have_in_common_are_read(parts, tmp_path):
    """As Excel writes them, pieces with a font of their own and readings of Japanese included."""
    texts = b'<Override PartName="/a" ContentType="%s"/></Types>' % SHARED_STRINGS.encode()
    types = parts["[Content_Types].xml"].replace(b"</Types>", texts)
    shared = f'''<sst xmlns="{SHEET_MAIN_NS}"><si><t>first</t></si><si><r><rPr><b/></rPr>
        <t>sec</t></r><r><t>ond</t></r><rPh sb="0" eb="1"><t>no</t></rPh></si></sst>'''
    sheet = re.sub(
        b'(<c r="B([0-9]+)") t="inlineStr"><is><t>[xyz]</t></is>',
        lambda cell: b'%s t="s"><v>%d</v>' % (cell[1], int(cell[2]) % 2),
        parts[SHEET],
    )
    content = packed({**parts, "[Content_Types].xml": types, "a": shared, SHEET: sheet})
    (tmp_path / "table.xlsx").write_bytes(content)
    check = checked(tmp_path / "table.xlsx")
    assert set(check.raw.columns[1].texts) == {"first", "second"}
