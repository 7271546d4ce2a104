"""How figures follow from figures."""
