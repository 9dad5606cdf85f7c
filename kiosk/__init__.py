"""The ticket machine: the till behind it and one folder per passenger task."""
