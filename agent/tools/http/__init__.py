"""Tools from configuration that ask other companies' APIs."""
