"""The timetable: what leaves, by day and by the letters of a destination, whether or not it is sold here."""
