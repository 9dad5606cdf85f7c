"""Giving a ticket back: the sums first, one confirmation, then what happened."""
