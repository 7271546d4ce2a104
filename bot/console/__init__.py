"""The operators' console: login, status, and the RQ dashboard behind it."""
