"""Placeholder docstring: replaced by the room that owns it."""
