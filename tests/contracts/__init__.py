"""What every entry of a registry must keep to."""
