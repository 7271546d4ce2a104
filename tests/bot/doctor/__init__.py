"""The doctor, on healthy and on sick installations."""
