"""What was said is said again: because somebody asks for it, or because Kafka has lost it."""
