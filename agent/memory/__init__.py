"""What the assistant remembers when it answers."""
