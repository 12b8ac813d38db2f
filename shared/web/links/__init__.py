"""Links in letters: each does one thing for one person, once, without signing in; looking at it changes nothing."""
