"""Whether both sides know the same."""
