"""Words, postings and scores, and the index of them."""
