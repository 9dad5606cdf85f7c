"""What the machine prints: tickets and claim slips, drawn dot by dot; a printer's own fonts and codes do not matter."""
