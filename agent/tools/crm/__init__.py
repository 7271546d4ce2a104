"""Tools that write about customers, in Recado's own tables or the company's CRM."""
