"""A programme in figures, and the whole group's, for managers."""
