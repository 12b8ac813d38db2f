"""Whom somebody is paired with and why, or why with nobody yet."""
