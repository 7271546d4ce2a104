"""Changes put before people, decided on and made; requests for discounts."""
