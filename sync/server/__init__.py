"""The reference centre: takes in what terminals journal, tells them what they need to know, allots every place once."""
