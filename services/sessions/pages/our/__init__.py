"""The sessions of a pair, for the two."""
