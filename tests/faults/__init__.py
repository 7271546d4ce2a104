"""What becomes of messages while a neighbour is away, slow, or out of its mind."""
