"""Tasks about tickets that exist: find, collect, check, refund, change, invoice; timetable and door of staff."""
