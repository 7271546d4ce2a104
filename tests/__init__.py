"""The test suite, mirroring the five floors."""
