"""What a cashier does at a machine with a badge: a shift's sums, and settling what passengers are owed."""
