"""Translating: what no language says yet as a table, the table taken into the catalogues, and what is wrong in them."""
