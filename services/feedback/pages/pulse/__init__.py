"""How a session was, asked of each of the two."""
