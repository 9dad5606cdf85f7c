"""Asking for an e-invoice: for a person or a company, and where it will be."""
