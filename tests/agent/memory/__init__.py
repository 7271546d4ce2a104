"""Memory: what is read out of words, and how it enters the prompt."""
