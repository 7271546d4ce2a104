"""The demo company: its cast, its generator and its schema."""
