"""Tests of the bill validator's codec, driver and simulator."""
