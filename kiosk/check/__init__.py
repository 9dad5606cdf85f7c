"""What a gate would say of a ticket now, and what to do next."""
