"""The guards of the work, each removed on purpose: what must be noticed, and what another layer covers."""
