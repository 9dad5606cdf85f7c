"""Stations in virtual time: the product's own code with clocks, chance, networks, disks and people of our own."""
