"""The page that shows what pages are made of."""
