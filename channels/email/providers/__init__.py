"""One module per way that mail reaches us: each proves who posts and digs out the mail."""
