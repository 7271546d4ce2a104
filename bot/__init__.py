"""Doors and wiring: Flask, settings, the command line, start-up, the embedded engines."""
