"""A day at the station on this machine: real processes, real protocols, simulated devices."""
