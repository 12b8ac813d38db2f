"""What has to be true of a programme that was played, and what it says of it."""
