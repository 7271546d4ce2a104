"""The parts of the supervisor: children on a leash, their logs, the port, what is told to the person who started it."""
