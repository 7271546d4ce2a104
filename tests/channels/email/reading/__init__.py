"""Reading mail: what the person wrote, and who."""
