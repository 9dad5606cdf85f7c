"""The passengers' display of one lane: a process of its own, that shows what the gate says and never holds it up."""
