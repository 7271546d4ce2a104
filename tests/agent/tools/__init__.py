"""Tools, called as the assistant calls them, over a real database and stand-in servers."""
