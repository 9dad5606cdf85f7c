"""Calling staff to the machine, and the technician's door."""
