"""What stands in one field, wherever it comes from: numbers, lines, days, places. Bounded, finite, in one form."""
