"""Tests of the reference centre."""
