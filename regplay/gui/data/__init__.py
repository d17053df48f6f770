"""A person's own table: what is in it, what is wrong with it, and what to make of it."""

from regplay.gui.data.table_dialog import TableDialog
