"""Every inbound provider: what it posts, what it never posted, and what makes no sense."""
