"""Finding texts by their words, without a key and without SQL: words, postings and scores; all of it is pure."""
