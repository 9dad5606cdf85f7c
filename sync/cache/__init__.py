"""What the centre says and what the LAN says, as rows that a decision can be taken from."""
