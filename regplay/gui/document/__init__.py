"""What is open: session files, recent ones, autosave and recovery, links."""
