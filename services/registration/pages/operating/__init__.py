"""What operators see of registration beside what they see of every service."""
