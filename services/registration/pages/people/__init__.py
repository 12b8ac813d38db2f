"""The people of a programme, for its managers: all of them, one of them, and what is done for them."""
