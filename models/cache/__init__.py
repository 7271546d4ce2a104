"""Answers and results kept to be given again, and who waits for one."""
