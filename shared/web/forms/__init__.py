"""Forms: declared once, read from what a browser sends, shown again with what was typed, and acted upon once."""
