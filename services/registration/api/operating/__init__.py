"""What operators ask of registration beside what they ask of every service."""
