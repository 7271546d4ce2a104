"""Which earlier answer is the answer to this very question: what it asks, and for whom."""
