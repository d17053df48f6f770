"""Rows of units, times, parentheses, powers: read as what they mean, or refused in words."""

import datetime

import openpyxl
import pytest
from made_datasets import checked


def table(header, row, n=24):
    return header + "\n" + "".join(row(i) + "\n" for i in range(n))


def said(check):
    return [str(remark) for remark in check.remarks]


def first_of(cell, n=24, header="a;b;y"):
    """The check of a table whose first column is `cell(i)`, and the values of that column."""
    check = checked(table(header, lambda i: f"{cell(i)};{i * i % 7};{i / 7:.3f}", n))
    return check, check.table.x[:, 0].tolist() if check.table else str(check.problems[0])


# the header


UNITS = [
    (["s,m,°C"], ("time / s", "way / m", "heat / °C")),
    (["(s),(m),(°C)"], ("time (s)", "way (m)", "heat (°C)")),
    (["[s],[m],[°C]"], ("time [s]", "way [m]", "heat [°C]")),
    (["s,,°C"], ("time / s", "way", "heat / °C")),
    (["s,-,°C"], ("time / s", "way", "heat / °C")),
    (["A,A,B", "s,m,K"], ("time / A / s", "way / A / m", "heat / B / K")),
]


@pytest.mark.parametrize(("rows", "names"), UNITS)
def test_rows_of_units_or_names_belong_to_the_header_and_that_is_told(rows, names):
    lines = [f"{i / 3:.3f},{i * i % 7},{i / 7:.3f}" for i in range(24)]
    check = checked("\n".join(["time,way,heat", *rows, *lines]))
    assert check.raw.names == names
    assert check.table.y.tolist() == [round(i / 7, 3) for i in range(24)]
    shown = ", ".join(cell for cell in rows[-1].split(",") if cell)
    assert said(check)[len(rows) - 1] == (
        f"row {len(rows) + 1}: this row is taken as a part of the header: {shown}"
    )
    count = {1: "two", 2: "three"}[len(rows)]
    assert check.raw.format.words.endswith(f"the first {count} rows are a header")
    one = checked("\n".join(["time,way,heat", *rows, *lines]), format="header = yes")
    assert [problem.row for problem in one.problems][: len(rows)] == [2] * len(rows)


def test_units_below_names_beside_classes_and_titles():
    text = table("Our measurements\n\ntime;kind\ns;", lambda i: f"{i},5;{'ab'[i % 2]}")
    assert checked(text).problems[0].row == 4  # one text alone may be a wrong value
    check = checked(text, format="header = two rows")
    assert check.raw.names == ("time / s", "kind")
    assert check.table.class_names == ("a", "b")
    assert str(checked(text, format="header = yes").problems[0]).startswith(
        'row 4: this row holds nothing but "s"'
    )


def test_groups_of_columns_as_pandas_writes_them():
    check = checked(table(",a,a,b\n,x,y,z\nid,,,", lambda i: f"{i},{i % 5},{i % 7},{i / 7}"))
    assert check.raw.names == ("id", "a / x", "a / y", "b / z")
    assert check.table.input_names == ("a / x", "a / y")


def test_a_row_that_may_be_units_is_asked_about():
    text = table("time,share,heat\ns,1,°C", lambda i: f"{i / 3},{i * i % 7},{i / 7}")
    (problem,) = checked(text).problems
    assert str(problem) == (
        "row 2: this row, s, 1, °C, has texts where those below it have numbers: they may be units "
        "or names, or values"
    )
    answers = [value for _, _, value in problem.answers]
    assert answers == ["header = two rows", "header = yes", "skip = 2"]
    assert checked(text, format=answers[2]).raw.names == ("time", "share", "heat")
    assert len(checked(text, format=answers[0]).table.y) == 24
    assert checked(text, format=answers[1]).problems[0].place == "row 2, column 1 (time)"


def test_four_rows_of_names_are_refused_by_the_row():
    text = table("a,b,y\nc,d,e\nf,g,h\ns,m,K", lambda i: f"{i / 3},{i * i % 7},{i / 7}")
    (problem,) = checked(text).problems
    assert problem.row == 4
    assert [said for _, _, said in problem.answers] == ["skip = 4"]


def test_a_first_row_of_values_with_a_typing_error_is_no_header():
    text = table("a,b,y", lambda i: f"{'x' if i == 0 else i},{i * i % 7},{i / 7}")
    (problem,) = checked(text).problems
    assert problem.place == "row 2, column 1 (a)"


def test_a_header_that_comes_again_is_refused_once():
    half = table("a,b,y", lambda i: f"{i / 3},{i * i % 7},{i / 7}", 12)
    assert [str(problem) for problem in checked(half + half).problems] == [
        "row 14: this row repeats the header; leave it out"
    ]


# times


TIMES = [
    (lambda i: f"{i}:30", 8.5, 'its times are taken as hours: "23:30" is 23.5; if they mean'),
    (lambda i: f"{i:02}:30:00", 8.5, 'its times are taken as hours: "23:30:00" is 23.5'),
    (lambda i: f"{i}h30", 8.5, 'its times are taken as hours: "23h30" is 23.5'),
    (lambda i: f"{i}.30 Uhr", 8.5, 'its times are taken as hours: "23.30 Uhr" is 23.5'),
    (lambda i: f"{i}:15.0", 8.25, 'its times are taken as hours: "23:15.0" is 23.25; if they mean'),
    (lambda i: f"{i % 12 or 12}:30 {'PM' if i > 11 else 'AM'}", 8.5, "its times are taken as hour"),
    (lambda i: f"{i} days 12:00:00", 204, 'its times are taken as hours: "23 days 12:00:00" is '),
]


@pytest.mark.parametrize(("cell", "eighth", "remark"), TIMES)
def test_times_are_hours_and_that_is_told(cell, eighth, remark):
    check, values = first_of(cell)
    assert values[8] == eighth
    assert values == sorted(values)
    assert said(check)[0].startswith(f"column 1 (a): {remark}")
    as_target = checked(table("a;y", lambda i: f"{i * i};{cell(i)}"))
    assert as_target.table.class_names == ()
    assert as_target.table.y[8] == eighth


def test_few_times_that_come_again_are_no_classes():
    check = checked(table("a;y", lambda i: f"{i * i};{8 + i % 3}:30"))
    assert sorted(set(check.table.y)) == [8.5, 9.5, 10.5]
    assert check.table.class_names == ()


def test_times_with_and_without_seconds_are_refused():
    _, problem = first_of(lambda i: f"1:{i + 10}" if i % 5 else f"1:{i + 10}:30")
    assert problem == (
        'row 2, column 1 (a): "1:10:30" has not as many parts as the other times; write all of '
        "them like 0:12:30"
    )


@pytest.mark.parametrize("cell", ["25:99", "13:00 PM", "1:2"])
def test_what_is_no_time_is_refused(cell):
    _, problem = first_of(lambda i: cell if i == 4 else f"{i}:30")
    assert problem.startswith(f'row 6, column 1 (a): "{cell}" is not a number; correct it')


def test_times_of_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["start", "lasts", "y"])
    for i in range(12):
        lasts = datetime.timedelta(hours=20 + i, minutes=15)
        book.active.append([datetime.time(i, 30), lasts, i / 7])
    book.save(tmp_path / "times.xlsx")
    check = checked(tmp_path / "times.xlsx")
    assert check.table.x.tolist() == [[i + 0.5, i + 20.25] for i in range(12)]


def test_dates_with_a_time_of_twelve_hours():
    text = table("when;y", lambda i: f"5/{i + 1}/2024 {i % 12 + 1}:30 PM;{i / 7}")
    hours = [i + ((i % 12 + 1) % 12 - 1) / 24 for i in range(24)]
    assert checked(text).table.x[:, 0].tolist() == pytest.approx(hours)


DATES = ["%Y%m%d", "%a, %d %b %Y", "%A %d.%m.%Y", "%d-%b-%y", "%b %d, %y", "%d %B %Y"]


@pytest.mark.parametrize("form", DATES)
def test_dates_without_marks_with_the_weekday_or_with_two_digits(form):
    days = [datetime.date(2024, 4, 20) + datetime.timedelta(days=i) for i in range(24)]
    check, values = first_of(lambda i: days[i].strftime(form))
    assert check.raw.columns[0].kind == "date"
    assert values == list(range(24))


@pytest.mark.parametrize("cell", ["May-24", "Jan-99"])
def test_months_of_a_spreadsheet_are_dates(cell):
    check, values = first_of(lambda i: cell if i % 2 else cell[:4] + "30")
    assert check.raw.columns[0].kind == "date"
    assert len(set(values)) == 2


def test_numbers_of_eight_digits_that_are_no_days_stay_numbers():
    check, values = first_of(lambda i: 20240125 + 3 * i)
    assert check.raw.columns[0].kind == "number"
    assert values[0] == 20240125


# texts


@pytest.mark.parametrize("mark", ["x", "X", "✓"])
def test_checks_and_empty_cells_are_yes_and_no_and_that_is_told(mark):
    check, values = first_of(lambda i: mark if i % 3 == 0 else "")
    assert values == [float(i % 3 == 0) for i in range(24)]
    assert said(check) == ["column 1 (a): its empty cells are taken as no"]
    target = checked(table("a;y", lambda i: f"{i * i};{mark if i % 3 == 0 else ''}"))
    assert target.table.class_names == tuple(sorted([mark, "no"]))
    assert len(target.table.y) == 24


@pytest.mark.parametrize("word", ["grün", "Käse", "Großmütter"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["mac-roman", "windows-1252"])
def test_letters_of_a_mac_and_of_windows(tmp_path, word, end, encoding):
    text = "a;kind\n" + "".join(f"{i};{word if i % 2 else 'Haus'}\n" for i in range(24))
    path = tmp_path / "letters.csv"
    path.write_bytes(text.replace("\n", end).encode(encoding))
    assert set(checked(path).table.class_names) == {word, "Haus"}


def test_an_encoding_that_a_person_names(tmp_path):
    path = tmp_path / "letters.csv"
    path.write_bytes("高さ;組\n1;猫\n2;犬\n3;猫\n4;犬\n".encode("shift-jis"))
    check = checked(path, format="encoding = shift-jis")
    assert check.raw.names == ("高さ", "組")
    assert check.table.class_names == ("犬", "猫")
    assert check.raw.format.words.endswith("Shift-JIS")
    assert checked(path, format="encoding = utf-8").problems[0].message == "this is no UTF-8 text"


@pytest.mark.parametrize("row", ["Source: the school;;", ";Class 7b;"])
def test_a_row_that_holds_but_a_remark_is_refused_as_such(row):
    lines = [f"{i / 2};{i * i % 7};{i / 7:.3f}" for i in range(24)]
    for place in (24, 12):
        check = checked("\n".join(["a;b;y", *lines[:place], row, *lines[place:]]))
        (problem,) = check.problems
        assert str(problem) == (
            f'row {place + 2}: this row holds nothing but "{row.strip(";")}"; if that is a heading,'
            " or a remark such as a source, leave it out"
        )


def test_a_row_of_sums_among_numbers_is_named_as_such():
    text = table("a;b;y", lambda i: f"{i / 2};{i * i % 7};{i / 7:.3f}") + "Total;66;39.4\n"
    (problem,) = checked(text).problems
    assert "if this row sums up those above it, leave it out" in str(problem)
    assert problem.answers == (("Leave it out", "data.format", "skip = 26"),)
    assert len(checked(text, format="skip = 26").table.y) == 24


# numbers


NUMBERS = [
    *(("{} m2", 1), ("{}m2", 1), ("{} kg/m2", 1), ("{} m/s^2", 1), ("{} m s-1", 1), ("{} m²", 1)),
    *(("{} g CO2/km", 1), ("({})", -1), ("({} %)", -1), ("(${})", -1), ("$({})", -1)),
    *(("{},-", 1), ("{}.–", 1), ("={}", 0)),
]


@pytest.mark.parametrize(("form", "factor"), NUMBERS)
def test_powers_in_units_parentheses_and_prices(form, factor):
    check = checked(table("a;b;y", lambda i: f"{form.format(i + 20)};{i};{i * i % 37}"))
    if not factor:
        assert any('"=20" is not read as a number' in line for line in said(check))
        return
    assert check.table.x[:, 0].tolist() == [factor * (i + 20) for i in range(24)]
    if factor < 0:
        shown = f'"{form.format(20)}" is -20'
        assert f"column 1 (a): numbers in parentheses are taken as negative: {shown}" in said(check)


def test_parentheses_among_other_numbers_with_thousands():
    _, values = first_of(lambda i: f"(1,{i:03}.5)" if i % 3 else f"2,{i:03}.5")
    assert values == [-1000.5 - i if i % 3 else 2000.5 + i for i in range(24)]


@pytest.mark.parametrize("digits", ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９"])
def test_digits_of_other_scripts(digits):
    turned = str.maketrans("0123456789", digits)
    _, values = first_of(lambda i: str(i + 20).translate(turned))
    assert values == [i + 20 for i in range(24)]
    _, values = first_of(lambda i: f"1٬{i + 200}٫5".translate(turned))
    assert values == [i + 1200.5 for i in range(24)]


def test_texts_for_a_spreadsheet_are_what_stands_in_them():
    check, values = first_of(lambda i: f'="{i * i}"')
    assert values == [i * i for i in range(24)]
    assert check.raw.names[0] == "a"


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("1/2", "write it as 0.5, or if"),
        ("1 1/2", "write it as 1.5, or if"),
        ("7-", "if it is negative, write -7, or if"),
        ("<5", "correct it, or if"),
        ("½", "correct it, or if"),
        ("5²", "correct it, or if"),
        ("1,5", "has other marks than the rest"),
    ],
)
def test_a_number_that_is_written_otherwise_says_how_to_write_it(cell, what):
    _, problem = first_of(lambda i: cell if i == 4 else i + 0.5)
    assert problem.startswith(f'row 6, column 1 (a): "{cell}" ')
    assert what in problem


FORMS = ["1/{}", "{}-{}", "<{}", "{}/10", "0x{}F", "52°0{}'", "{}²", "{}·10⁻³", "{} h {} min"]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_read_as_a_number_is_told_wherever_it_goes(form):
    def few(i):
        return form.format(i % 4 + 2, i % 4 + 4)

    def own(i):
        return form.format(i + 2, i + 4)

    check, _ = first_of(few)
    words = f'"{few(0)}" is not read as a number'
    assert said(check)[0].startswith(
        f"column 1 (a): {words}: its 4 different texts are taken as categories; if they mean numb"
    )
    check, _ = first_of(own)
    assert said(check)[0] == (
        f"column 1 (a): it is left out: nearly every row has its own text, and {words}"
    )
    target = checked(table("a;y", lambda i: f"{i * i};{few(i)}"))
    assert f"{words}: its 4 different texts are taken as classes" in said(target)[0]
    target = checked(table("a;y", lambda i: f"{i * i};{own(i)}"))
    assert f"and {words}; choose another column" in str(target.problems[0])


def test_texts_that_begin_with_letters_are_categories_without_a_word():
    check, _ = first_of(lambda i: ["low", "high", "very high"][i % 3])
    assert check.remarks == []


# whole tables


@pytest.mark.parametrize("header", ["0,1,kind,3", ",0,1,kind,3", "1,2,kind,4"])
def test_numbers_that_count_the_columns_are_names(header):
    index = header.startswith(",")
    text = table(
        header,
        lambda i: f"{f'{i},' * index}{i / 2},{i * i % 7},{'xyz'[i % 3]},{i * i % 11 + 0.25}",
    )
    check = checked(text)
    assert check.raw.names[-4:] == tuple(header.strip(",").split(","))
    assert len(check.table.y) == 24


def test_years_over_numbers_are_names():
    check = checked(table("country,2019,2020,2021", lambda i: f"c{i},{i},{i * 2},{i * 3 % 7}"))
    assert check.raw.names == ("country", "2019", "2020", "2021")
    assert len(check.table.y) == 24
    years = checked(table("2019,3,4.5", lambda i: f"{2020 + i},{i * i},{i / 7}"))
    assert len(years.table.y) == 25


@pytest.mark.parametrize("mark", ["-999", "9999"])
def test_numbers_that_may_mean_a_missing_value_are_told(mark):
    text = table("a;b;y", lambda i: f"{mark if i % 8 == 3 else i * i % 11};{i % 5 or 'NA'};{i / 7}")
    remark = next(remark for remark in checked(text).remarks if mark in remark.message)
    assert str(remark) == (
        f'column 1 (a): "{mark}" stands in 3 rows and is far from all other values; it may mean '
        "that they are missing"
    )
    ((_, path, value),) = remark.answers
    assert (path, value) == ("data.format", f"missing = NA, {mark}")
    found = checked(text, format=value)
    assert len(found.table.y) == 24 - 5 - 3 + sum(i % 8 == 3 and i % 5 == 0 for i in range(24))
    assert not any(mark in remark.message for remark in found.remarks)
    near = table("a;y", lambda i: f"{mark if i % 8 == 3 else abs(int(mark)) // 2 + i * i};{i / 7}")
    assert said(checked(near)) == []


def test_decimal_commas_between_commas_are_refused_once():
    text = table("a,b,y", lambda i: f"{i},5,{i * i % 7},25,{i},{i % 9}")
    (problem,) = checked(text).problems
    assert str(problem) == (
        "row 2: all rows have 6 cells, the first one has 3; if commas are decimal marks too, save "
        "the table with semicolons between its cells"
    )


@pytest.mark.parametrize("header", ["a b y", "1,5 2 0,25"])
def test_decimal_commas_between_blanks(header):
    text = table(header, lambda i: f"{i},5 {i * i % 7} {i},25")
    check = checked(text)
    assert check.raw.format.separator == " "
    assert check.table.x[-1].tolist() == [23.5, 4]
    assert check.table.y[-1] == 23.25


@pytest.mark.parametrize("mark", ["#", "%", "//"])
def test_comments_above_a_table_are_passed_over(mark):
    text = f"{mark} made by a tool, version 1\n" + table(
        "a,b,y", lambda i: f"{i / 2},{i * i % 7},{i / 7}"
    )
    check = checked(text)
    assert check.raw.names == ("a", "b", "y")
    assert check.raw.format.above == 1


@pytest.mark.parametrize("top", ["# a b y", "# written by a logger\n# a b y", "% a b y"])
def test_names_behind_the_mark_of_a_comment(top):
    """As `numpy.savetxt` writes a header."""
    check = checked(table(top, lambda i: f"{i / 2} {i * i % 7} {i / 7:.3f}"))
    assert check.raw.names == ("a", "b", "y")
    assert check.table.x[3].tolist() == [1.5, 2]
    commas = table(top.replace("a b y", "a,b,y"), lambda i: f"{i / 2},{i * i % 7},{i / 7:.3f}")
    assert checked(commas).raw.names == ("a", "b", "y")
    numbered = checked(table("#,b,y", lambda i: f"{i},{i * i % 7},{i / 7:.3f}"))
    assert numbered.raw.names == ("#", "b", "y")


def test_a_title_with_a_separator_in_it_is_passed_over():
    text = table("Class 7b: heights, in spring\na,b,y", lambda i: f"{i / 3},{i * i % 7},{i / 7}")
    check = checked(text)
    assert check.raw.names == ("a", "b", "y")
    assert check.raw.format.above == 1


# what databases and documents show

PSQL = """ a | b | kind
---+---+------
{rows}
(24 rows)
"""
MYSQL = """+---+---+------+
| a | b | kind |
+---+---+------+
{rows}
+---+---+------+
24 rows in set (0.01 sec)
"""
MARKDOWN = """# Flowers

| a | b | kind |
|---|:-:|-----:|
{rows}
"""
BOX = """┌───┬───┬──────┐
│ a │ b │ kind │
├───┼───┼──────┤
{rows}
└───┴───┴──────┘
"""


@pytest.mark.parametrize("form", [PSQL, MYSQL, MARKDOWN, BOX])
def test_lines_drawn_in_a_table_are_not_there(form):
    bar = "│" if form is BOX else "|"
    cells = [f" {i / 2} {bar} {i * i % 7} {bar} {'xyz'[i % 3]} " for i in range(24)]
    rows = [cell if form is PSQL else f"{bar}{cell}{bar}" for cell in cells]
    check = checked(form.format(rows="\n".join(rows)))
    assert check.raw.names == ("a", "b", "kind")
    assert check.table.x.tolist() == [[i / 2, i * i % 7] for i in range(24)]
    assert check.table.class_names == ("x", "y", "z")
    assert said(check) == []


def test_rows_that_are_wrong_can_be_left_out_at_once():
    text = table("a,b,y", lambda i: f"{i / 3},{i * i % 7},{i / 7}") + "Source: a school\n1,2\n"
    first, other = checked(text).problems
    assert first.answers == (("Leave these 2 rows out", "data.format", "skip = 26, 27"),)
    assert other.answers == ()
    check = checked(text, format="skip = 26, 27")
    assert len(check.table.y) == 24
    assert check.raw.format.words.endswith("rows 26, 27 left out")
    assert len(checked(text, format="skip = 26, 27, 2").table.y) == 23


def test_a_text_among_numbers_may_mean_that_a_value_is_missing():
    marks = {3: "ill", 5: "ill", 8: "away"}
    text = table("a,b,y", lambda i: f"{marks.get(i, i / 3)},{i * i % 7},{i / 7}")
    asked = [p.answers[0] for p in checked(text).problems if p.answers]
    assert asked == [
        ("It means a missing value", "data.format", "missing = ill"),
        ("It means a missing value", "data.format", "missing = away"),
    ]
    check = checked(text, format="missing = ill")
    (answer,) = [p.answers[0] for p in check.problems if p.answers]
    assert answer[2] == "missing = ill, away"
    assert len(checked(text, format=answer[2]).table.y) == 21


def test_texts_that_differ_in_capitals_alone_are_told():
    text = table("a,kind", lambda i: f"{i * i / 3},{['Red', 'red', 'blue'][i % 3]}")
    assert said(checked(text)) == [
        'column 2 (kind): "Red" and "red" differ in capitals alone and are taken as classes of '
        "their own; if they are one, write them alike"
    ]


def test_a_table_on_its_side_is_told():
    rows = [
        ",".join([name, *(str((i * k) % 7 + i) for i in range(24))]) for k, name in enumerate("xyz")
    ]
    (remark,) = (line for line in said(checked("\n".join(rows))) if line.startswith("there are"))
    assert remark.startswith(
        "there are 3 rows and 25 columns; if each column should be a row, turn"
    )


def test_marks_of_no_width_are_not_there():
    _, values = first_of(lambda i: f"\u200b{i}.5")
    assert values == [i + 0.5 for i in range(24)]


def test_columns_keep_their_places_however_many_there_are(tmp_path):
    rows = [[f"c{column}" for column in range(250)]]
    rows += [[str(250 * row + column) for column in range(250)] for row in range(30)]
    (tmp_path / "wide.csv").write_text("\n".join(map(",".join, rows)))
    body = checked(tmp_path / "wide.csv").raw.body
    assert list(body.names) == rows[0]
    assert body.cells.to_numpy().tolist() == rows[1:]
