"""Changing a ticket for another coach of the same line. The coach is chosen and paid for as in a purchase."""
