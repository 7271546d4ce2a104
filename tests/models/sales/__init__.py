"""The sales source, held against SQL written by hand on the demo's tables."""
