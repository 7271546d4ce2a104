"""Documents: what a company gave to read, its chunks, its prices, and their vectors."""
