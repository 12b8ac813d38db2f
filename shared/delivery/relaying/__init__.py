"""What the relay works with: its lease, the order of what it says, what Kafka does not take."""
