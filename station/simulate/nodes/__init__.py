"""The machines of a simulation: each runs the product's programs, dies, comes back, and loses what it may lose."""
