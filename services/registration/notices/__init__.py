"""Letters: what is to be written to whom, what overtakes it, when it may go, and what became of it."""
