"""What a file is that is no table, by what it begins with."""

import re

_KINDS = {  # first bytes: what such a file is
    b"\xd0\xcf\x11\xe0": "an old Excel or Office file, or a workbook with a password: save it as "
    "Excel workbook (.xlsx) without a password, or as CSV",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"PAR1": "a Parquet file",
    b"ARROW1\0": "a Feather file",
    b"$FL2": "an SPSS file",
    b"<stata_dta>": "a Stata file",
    b"MATLAB 5.0 MAT-file": "a MATLAB file",
    b"{\\rtf": "an RTF text: copy the table from it and paste it here",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy file",
    b"SQLite format 3": "an SQLite database",
    b"\x80\x04\x95": "a Python pickle",
    b"\x80\x05\x95": "a Python pickle",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "packed by bzip2: unpack it first",
    b"\xfd7zXZ": "packed by xz: unpack it first",
    b"\x28\xb5\x2f\xfd": "packed by Zstandard: unpack it first",
    b"RDX2\n": "an R data file",
    b"RDX3\n": "an R data file",
}
_PAIRS = r"( \d+:[-+.\de]+)*"
_TEXTS = {  # what a text begins with, or a line among its first: what it is then
    r"\A\s*(\{|\[\{|\[\[|\[\s*[{\[\"\d-])": "a JSON file",
    r"\A\s*<(!doctype|html|\?xml|table|tr)\b": "a web page or XML",
    r"^\s*@relation\b": "an ARFF file of Weka: save it as CSV there",
    r"\\begin\{|\\hline|^[^\\&\n]+&.*\\\\\s*$": "a LaTeX table: write semicolons in place of & and "
    "take out all that begins with \\",
    r"\A\s*(insert into|create table)\s": "SQL: save the result of a query as CSV",
    rf"\A[-+.\de]+{_PAIRS} \d+:(?![0-5]\d\b)[-+.\de]+{_PAIRS}\s*$": "a sparse table, with "
    "index:value: write all values of each row, 0 where there is none",
}


def kind_of(start: bytes) -> str:
    """What a file is that is no table, by its first bytes, in words; empty if it may be one."""
    for first, kind in _KINDS.items():
        if start.startswith(first):
            return kind
    text = start.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    for pattern, kind in _TEXTS.items():
        if re.search(pattern, text, re.IGNORECASE | re.MULTILINE):
            return kind
    return ""
