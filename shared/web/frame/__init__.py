"""What stands around every page: where one can go, who one is, and what just happened."""
