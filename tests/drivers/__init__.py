"""Tests of the device drivers and their simulators."""
