"""How messages come in and replies go out: one adapter per platform, no SQL, no queue, no Flask."""
