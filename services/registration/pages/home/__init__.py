"""Where everybody begins: what is next for them."""
