"""Rounds of matching, for managers: look, ask, decide."""
