"""Devices: one folder per class with its port, sans-IO codec, vendor drivers and simulator. Imports nothing of ours."""
