"""Questions that share an answer, and questions that must not."""
