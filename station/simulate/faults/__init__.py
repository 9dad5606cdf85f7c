"""What goes wrong, and when: a catalogue of faults, and a schedule of them for each seed."""
