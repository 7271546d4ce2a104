"""The prompts of the assistant: templates, each with its version in its name, none changed once it was released."""
