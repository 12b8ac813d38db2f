"""Before anybody is let in: whether a token is valid, and whether an address asks for what there is."""
