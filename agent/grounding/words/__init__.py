"""Numbers, days and what they are of, as three languages write them."""
