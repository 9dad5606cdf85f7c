"""Real processes, real databases, real sockets, and everything done to them at once."""
