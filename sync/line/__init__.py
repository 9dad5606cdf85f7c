"""The line to the centre: requests signed, certificates pinned, each call within its budget."""
