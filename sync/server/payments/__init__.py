"""Payments without cash at the centre: its dealings with a payment provider, and a sandbox to deal with."""
