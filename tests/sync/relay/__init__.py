"""The relay: its arbiter by itself, over HTTP, and as a process that is killed."""
