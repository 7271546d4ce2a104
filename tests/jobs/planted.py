"""Jobs that someone with write access to Redis might plant; each would leave a file at `mark` if it ran anywhere."""

import json
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path

from redis import Redis

from tests.jobs.harness import SAMPLE

JobFields = dict[str, str | bytes | int]


class Bomb:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, (f"touch {self._mark}",)


def call(function: object, *args: object, instance: object = None) -> bytes:
    return zlib.compress(json.dumps([function, instance, args, {}]).encode())


def harmless(mark: Path) -> JobFields:
    return {"data": call(SAMPLE + "note", "harmless")}


PLANTED: dict[str, Callable[[Path], JobFields]] = {
    "a pickle": lambda mark: {"data": zlib.compress(pickle.dumps(Bomb(mark)))},
    "an uncompressed pickle": lambda mark: {"data": pickle.dumps(Bomb(mark))},
    "a pickle beside the call": lambda mark: {"data": call("os.system", "true"), "meta": pickle.dumps(Bomb(mark))},
    "os.system": lambda mark: {"data": call("os.system", f"touch {mark}")},
    "eval": lambda mark: {"data": call("builtins.eval", f"open({str(mark)!r}, 'w')")},
    "a neighbour of a listed name": lambda mark: {"data": call(SAMPLE + "note.__globals__")},
    "a listed name with a blank": lambda mark: {"data": call(SAMPLE + "note ")},
    "a list for a name": lambda mark: {"data": call([SAMPLE + "note"])},
    "a method of an instance": lambda mark: {"data": call(SAMPLE + "note", instance="text")},
    "a success callback": lambda mark: {**harmless(mark), "success_callback_name": "os.system"},
    "a failure callback": lambda mark: {**harmless(mark), "failure_callback_name": "os.system"},
    "a stopped callback": lambda mark: {**harmless(mark), "stopped_callback_name": "os.system"},
    "deep JSON": lambda mark: {"data": b"[" * 15_000},
    "a bomb of zeroes": lambda mark: {"data": zlib.compress(b" " * 50_000_000)},
    "a call cut off": lambda mark: {"data": call(SAMPLE + "note")[:-6]},
    "nothing": lambda mark: {"data": b""},
    "an object": lambda mark: {"data": b'{"function": "os.system"}'},
}


def web_hook(url: str) -> JobFields:
    hook = {"url": url, "job_status": "finished", "method": "GET", "headers": None, "timeout": 2}
    hooks = [hook, {**hook, "job_status": "failed"}]
    return {"data": call(SAMPLE + "note", "hooked"), "webhooks": json.dumps(hooks)}


def plant(client: Redis, queue: str, fields: JobFields, job_id: str = "planted") -> str:
    """Enqueue a hand-made job; its id."""
    client.hset(f"rq:job:{job_id}", mapping={"origin": queue, "status": "queued", "timeout": 30})
    for name, value in fields.items():
        client.hset(f"rq:job:{job_id}", name, value)
    client.rpush(f"rq:queue:{queue}", job_id)
    return job_id
