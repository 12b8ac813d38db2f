"""The call for applications of a programme."""
