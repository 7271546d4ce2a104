"""Tests of the tools that come from configuration and ask other companies' APIs."""
