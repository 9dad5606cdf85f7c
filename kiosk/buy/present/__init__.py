"""What the screens of a purchase show, worked out from the session and the till's snapshot. Pure."""
