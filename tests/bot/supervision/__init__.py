"""The parts of the supervisor, each by itself."""
