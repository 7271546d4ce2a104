"""Fixtures of the search for canaries."""

from tests.agent.tools.http.conftest import api
from tests.agent.tools.sql.conftest import door, free_sql_url
from tests.canaries.ground import ground
from tests.jobs.house import house

__all__ = ["api", "door", "free_sql_url", "ground", "house"]
