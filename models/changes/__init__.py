"""Changes put before people: proposals, requests for discounts, and the records they are made in."""
