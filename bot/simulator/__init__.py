"""The terminal simulator: a fake, signed Twilio around the real program, and a person who writes to it."""
