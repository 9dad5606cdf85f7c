"""Looking for a ticket that exists: shown to the scanner, found by ID card, or typed. Here tasks begin."""
