"""One module per format: bytes become blocks of text that know where they stand."""
