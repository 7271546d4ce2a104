"""The workers that are compared, each in one module: how it is rung for one job, and how its process works."""
