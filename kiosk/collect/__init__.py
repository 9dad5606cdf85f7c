"""Collecting a ticket bought elsewhere: on paper, on a phone, or not at all."""
