"""The relay as its terminals see it: who used a ticket first, what staff did, and what is new."""
