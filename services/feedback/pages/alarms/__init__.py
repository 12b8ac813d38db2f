"""Which pairs need somebody, and how one is getting on, for managers."""
