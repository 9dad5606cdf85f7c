"""Tests of the ID reader's codec, card layouts, driver and simulator. All people here are made up."""
