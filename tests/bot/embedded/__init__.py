"""The embedded engines, really started, killed and started again."""
