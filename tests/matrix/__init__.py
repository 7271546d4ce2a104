"""The crash matrix: every moment at which a process may die, crossed with every way to die there."""
