"""Where and with what was measured."""

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("rq", "redis", "flask", "openai", "sqlalchemy", "psycopg", "celery", "dramatiq", "huey")


def describe_machine() -> dict[str, str]:
    """What a reader needs to judge the figures: names and values."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "system": platform.platform(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
        "load before": "{:.2f} {:.2f} {:.2f}".format(*os.getloadavg()),
    }


def _processor() -> str:
    return _find("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()


def _memory() -> str:
    if sys.platform != "linux":
        return "unknown"
    return f"{int(_find('/proc/meminfo', 'MemTotal').split()[0]) / (1 << 20):.0f} GB"


def _find(path: str, name: str) -> str:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
