"""One adapter per LLM wire format, and the offline engine, behind one protocol."""
