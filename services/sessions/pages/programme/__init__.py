"""The sessions of a programme, for its managers."""
