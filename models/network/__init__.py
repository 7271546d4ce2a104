"""The way out to other people's addresses, guarded."""
