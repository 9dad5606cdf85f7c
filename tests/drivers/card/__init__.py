"""Tests of the card terminal."""
