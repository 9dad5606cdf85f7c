"""Tasks about tickets that exist: find, collect, check, refund, change, invoice; the timetable and the door of staff."""
