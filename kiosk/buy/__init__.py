"""Buying tickets: destination, coach, travellers, money, paper; and what is left of a purchase after a restart."""
