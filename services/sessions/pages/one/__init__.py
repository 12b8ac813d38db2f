"""One session, for the two of its pair and for the managers of its programme."""
