"""People from a file of HR, for managers: tried or taken in, and what became of every row."""
