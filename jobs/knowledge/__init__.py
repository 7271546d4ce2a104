"""Documents read, searched, turned into vectors and judged."""
