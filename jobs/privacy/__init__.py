"""What is erased, handed out, kept no longer, and sent to nobody."""
