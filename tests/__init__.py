"""Tests of everything, one folder per package."""
