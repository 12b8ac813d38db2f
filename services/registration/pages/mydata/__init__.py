"""What is known of oneself: to see, to take away, to have erased; and the language one reads."""
