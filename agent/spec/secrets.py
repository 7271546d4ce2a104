"""How the files of agents name secrets: by reference, resolved when an agent is built and kept nowhere."""

from models.secret_reference import SecretReference, find_references, resolve_reference

__all__ = ["SecretReference", "find_references", "resolve_reference"]
