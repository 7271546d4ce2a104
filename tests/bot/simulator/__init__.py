"""The terminal simulator: its fake Twilio, its commands and its scenarios."""
