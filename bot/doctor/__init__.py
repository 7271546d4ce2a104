"""The examination behind `python -m bot doctor`: what is well, what is doubtful, what is broken, and the cure."""
