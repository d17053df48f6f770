"""A session as one thing to be saved and opened."""

from regplay.session.document.document import VIEW, Document, DocumentError, StoredPin, StoredRun
from regplay.session.document.document_text import DocumentWriter, loads
from regplay.session.document.session_file import (
    SUFFIX,
    Autosave,
    Leftover,
    left_behind,
    read,
    write,
)
from regplay.session.session import ViewValue
