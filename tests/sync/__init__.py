"""Tests of the stores, the wire and the engine."""
