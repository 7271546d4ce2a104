"""How well the configured LLM answers: sales questions whose right tool calls are known, put to it, judged, counted."""
