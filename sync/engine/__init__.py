"""What keeps a terminal in step with the centre: sending, fetching, believing, one step after the other."""
