"""SQL of the LLM's own: read and refused, confined to the asker's rows, run."""
