"""The commands of `python -m bot`, one module per group; what a module imports is loaded only when it is called."""
