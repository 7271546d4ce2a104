"""Stand-ins for other people's servers, to test and measure against without them."""
