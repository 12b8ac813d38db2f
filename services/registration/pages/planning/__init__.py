"""Programmes made and changed by their managers: a form for the terms, and what happens when, in words."""
