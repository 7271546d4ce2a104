"""The demo company: an invented cast, its orders, goals and deals, and the schema they live in."""
