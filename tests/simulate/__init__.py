"""Simulated stations: their disks, their judge, their faults; and programs that are wrong, which are found out."""
