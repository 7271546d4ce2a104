"""Half a year of a sales rep's conversations, and what she asks about them later."""
