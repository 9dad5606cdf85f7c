"""The gate: from a scan to a recorded decision to a passage."""
