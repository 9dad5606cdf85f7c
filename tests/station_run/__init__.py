"""One station, its gates and its relay in one process and in virtual time, with everything that may go wrong."""
