"""What the assistant can look up or do, as typed functions."""
