"""The relay: the process in a station's LAN that says who used a ticket first, and spreads uses and acts of staff."""
