"""HTTP tools taken from an API's own OpenAPI document."""
