"""The channels floor."""
