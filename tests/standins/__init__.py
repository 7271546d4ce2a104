"""Real servers that stand in for vendors, on loopback, for tests and for trying things out by hand."""
