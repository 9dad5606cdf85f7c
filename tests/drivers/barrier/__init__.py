"""Tests of barriers."""
