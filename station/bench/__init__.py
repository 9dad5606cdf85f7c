"""Measures what the product promises about time and size, on the machine that it runs on: `make bench`."""
