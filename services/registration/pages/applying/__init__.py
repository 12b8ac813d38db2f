"""Applying to a programme, and changing what was said, in two minutes."""
