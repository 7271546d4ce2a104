"""What turns leave in memory, off their path or with the answer, and what people ask of it."""
