"""Sessions as files, and as the text that is in them."""

import os
from pathlib import Path

from regplay.session.document import Document, DocumentError
from regplay.session.document_reader import loads
from regplay.session.document_text import LARGEST
from regplay.session.document_writer import Budget, DocumentWriter
from regplay.session.files import write_atomically
from regplay.session.validation import read_text

__all__ = ["SUFFIX", "dumps", "loads", "read", "write"]

SUFFIX = ".regplay"


def dumps(document: Document, budget: Budget | None = None) -> str:
    """The text of a file with this session in it.

    Raises
    ------
    DocumentError
        If it is too long to be read again.
    """
    return DocumentWriter(budget).text(document)


def read(path: Path) -> Document:
    """The session in a file; relative paths in it are meant from the file's folder.

    No path in it is followed: `Document.paths` are to be asked about first.

    Raises
    ------
    DocumentError
        As `loads`, or if the file can't be read; the message begins with its name.
    """
    text = read_text(path, LARGEST, "session of regplay", DocumentError)
    try:
        document = loads(text)
    except DocumentError as error:
        raise DocumentError(f"{path}: {error}") from None
    folder = os.path.abspath(path.parent)
    return document.with_files(
        lambda file: os.path.abspath(os.path.join(folder, os.path.expanduser(file.strip())))
    )


def write(path: Path, document: Document, writer: DocumentWriter | None = None) -> None:
    """Write a session, whole or not at all, in place of a file of the same name.

    Raises
    ------
    DocumentError
        If it can't be written; the message begins with the file's name.
    """
    try:
        write_atomically(path, (writer or DocumentWriter()).text(document))
    except OSError as error:
        raise DocumentError(f"{path}: can't be written: {error.strerror or error}") from None
    except UnicodeEncodeError:
        raise DocumentError(
            f"{path}: can't be written: the name of a file in its experiment is no text"
        ) from None
    except DocumentError as error:
        raise DocumentError(f"{path}: can't be written: {error}") from None
