"""Whether Redis is new enough, keeps what it is given, and answers."""

from redis import Redis
from redis.exceptions import RedisError

from bot.doctor.findings import Finding, broken, doubtful, well

_OLDEST_REDIS = 7
_TIMEOUT = 3.0  # seconds


def check_redis(url: str) -> list[Finding]:
    """By INFO alone: managed servers refuse CONFIG."""
    try:
        with Redis.from_url(
            url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT, decode_responses=True
        ) as redis:
            facts = redis.info()
    except (RedisError, OSError) as error:
        cure = "start it, or correct REDIS_URL; messages are stored meanwhile and answered by the sweeper"
        return [broken("Redis", f"does not answer ({type(error).__name__})", cure)]
    return [judge_version(facts), judge_persistence(facts), judge_eviction(facts)]


def judge_version(facts: dict[str, object]) -> Finding:
    name = "Valkey" if "valkey_version" in facts else "Redis"
    version = str(facts.get("valkey_version") or facts.get("redis_version") or "0")
    if int(version.split(".")[0]) < _OLDEST_REDIS:
        return broken("Redis", f"{name} {version}", "use Redis 7 or Valkey 8, or newer")
    return well("Redis", f"{name} {version}")


def judge_persistence(facts: dict[str, object]) -> Finding:
    if facts.get("aof_enabled"):
        return well("Redis persistence", "append-only file on")
    cure = "set appendonly yes; without it a restart delays what was rung for until the sweeper comes"
    return doubtful("Redis persistence", "append-only file off", cure)


def judge_eviction(facts: dict[str, object]) -> Finding:
    policy = str(facts.get("maxmemory_policy", "unknown"))
    if policy == "noeviction":
        return well("Redis eviction", policy)
    if not facts.get("maxmemory"):
        cure = "set maxmemory-policy noeviction before you set a memory limit"
        return doubtful("Redis eviction", f"{policy}, without a memory limit", cure)
    return broken("Redis eviction", policy, "set maxmemory-policy noeviction: a queue may not lose entries")
