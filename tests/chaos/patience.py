"""How patient the work is in a run: as in production, or with shorter graces so that a short run can end."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from jobs.runtime import WorkPolicy

PATIENCE: Final[Mapping[str, Mapping[str, timedelta]]] = {
    "real": {},
    "short": {
        "send_lease": timedelta(seconds=20),
        "send_timeout": timedelta(seconds=8),
        "send_grace": timedelta(seconds=30),
    },
}


def policy_of(patience: str) -> WorkPolicy:
    """The policy that the workers of such a run have."""
    return WorkPolicy(**PATIENCE[patience])  # type: ignore[arg-type]
