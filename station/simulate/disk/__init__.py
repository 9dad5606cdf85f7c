"""Disks that lose what was not synced, under the programs' own calls for files; SQLite reaches them through apsw."""
