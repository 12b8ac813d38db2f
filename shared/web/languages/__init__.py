"""Languages: the catalogues of shared, how a reader chooses one, and how things are named in it."""
