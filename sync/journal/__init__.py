"""What happened at this terminal: written once, chained, read by any process, sent from the first event on."""
