"""The door: where people come in with a browser, and leave."""
