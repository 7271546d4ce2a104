"""Work: the only place where an agent meets a channel."""
