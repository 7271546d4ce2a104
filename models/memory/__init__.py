"""What is remembered of people: facts, summaries, turns taken in, and which addresses are one person."""
