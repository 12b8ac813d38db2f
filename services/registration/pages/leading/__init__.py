"""A programme, for its managers: how far it has come, opened, closed for applications and ended."""
