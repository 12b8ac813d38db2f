"""A programme played from the first application to the last session, and the proof that nothing was lost."""
