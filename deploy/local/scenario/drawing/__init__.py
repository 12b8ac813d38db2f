"""Who the people of a demonstration are, drawn from its seed."""
