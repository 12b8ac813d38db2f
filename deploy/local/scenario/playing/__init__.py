"""A programme played from its opening to its end, over HTTP alone."""
