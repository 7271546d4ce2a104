"""E-mail: in through every provider, out through SMTP."""
