"""What the assistant may read: files become passages that can be found and cited."""
