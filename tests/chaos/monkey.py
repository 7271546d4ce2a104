"""Carries out a plan: signals, traps, ambushes, outages and faults, each in its time; what met nobody is on record."""

import os
import signal
import threading
import time
from collections import Counter
from contextlib import suppress

import psycopg

from tests.chaos.chronicle import Chronicle
from tests.chaos.far import Far
from tests.chaos.faults import make_fault
from tests.chaos.fleet import Berth, Fleet, children_of
from tests.chaos.plan import Strike
from tests.chaos.town import Town
from tests.chaos.trap import SIGNALS, Sprung, Traps
from tests.chaos.words import marks_in

_TRAP_STAYS = 6.0  # seconds; what nobody walks into is taken away
_LEADER_STAYS = 50.0  # the scheduler's lease of 30 and its start
_OWNER = (
    "SELECT split_part(reverse(c.lease_owner), '-', 2) FROM conversation c"
    " JOIN message m ON m.conversation_id = c.id WHERE m.text LIKE %(mark)s AND c.lease_owner IS NOT NULL LIMIT 1"
)


class Monkey:
    """`landed` counts cells. `freezes` are (pid, from, until), by the wall clock."""

    def __init__(self, fleet: Fleet, town: Town, far: Far, traps: Traps, chronicle: Chronicle) -> None:
        self._fleet, self._town, self._far, self._traps = fleet, town, far, traps
        self._chronicle = chronicle
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []
        self._busy = {name: threading.Lock() for name in ("postgres", "valkey", "ambush", "web", "worker", "scheduler")}
        self._is_ambushed = False
        self.landed: Counter[tuple[str, str]] = Counter()
        self.faults: Counter[tuple[str, str]] = Counter()
        self.missed = 0
        self.freezes: list[tuple[int, float, float]] = []
        self.struck_at: list[tuple[float, str]] = []  # of everything that recovery needs: when and what
        far.ambush.on_ambush = self._spring

    def run(self, plan: list[Strike]) -> None:
        """Until the plan is done or `stop`."""
        began = time.monotonic()
        for strike in plan:
            if self._ending.wait(max(0.0, began + strike.at - time.monotonic())):
                return
            thread = threading.Thread(target=self._carry_out, args=(strike,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """No strike begins any more, and what was taken away is given back."""
        self._ending.set()
        for thread in self._threads:
            thread.join(timeout=60)
        for role in ("web", "worker", "scheduler"):
            self._traps.take_away(role)
        self._far.calm()
        self._thaw_everything()

    def _carry_out(self, strike: Strike) -> None:
        try:
            landed = self._do(strike)
        except Exception as error:
            self._chronicle.note("trouble", f"{strike}: {error!r}", show=True)
            return
        if landed and strike.kind == "fault":
            self.faults[strike.cell] += 1
        elif landed:
            self.landed[strike.cell] += 1
        else:
            self.missed += 1
        self._chronicle.note("strike" if landed else "missed", str(strike), show=landed and strike.kind != "fault")

    def _do(self, strike: Strike) -> bool:
        if strike.kind == "fault":
            make_fault(self._far, strike.target, strike.how, strike.hit, strike.seconds)
            return True
        if strike.kind == "trap":
            return self._trap(strike)
        if strike.kind == "ambush":
            return self._ambush(strike)
        if strike.target == "valkey":
            return self._valkey(strike)
        if strike.target == "postgres":
            return self._postgres(strike)
        berth = self._fleet.find(strike.target)
        if strike.kind == "freeze":
            return self._freeze(berth, self._pid_for(berth, strike), strike.seconds)
        return self._strike(berth, SIGNALS[strike.kind], self._pid_for(berth, strike))

    def _pid_for(self, berth: Berth, strike: Strike) -> int:
        """The process itself, or for the web door one that serves."""
        children = children_of(berth.pid) if strike.how == "child" and berth.pid else []
        return children[0] if children else berth.pid

    def _strike(self, berth: Berth, number: int, pid: int) -> bool:
        at = time.time()
        if not self._fleet.strike(berth, number, pid):
            return False
        self._note(at, berth.role)
        return True

    def _freeze(self, berth: Berth, pid: int, seconds: float) -> bool:
        if not self._strike(berth, signal.SIGSTOP, pid):
            return False
        self._thaw_later(berth, pid, seconds)
        return True

    def _thaw_later(self, berth: Berth, pid: int, seconds: float) -> None:
        since = time.time()
        self._ending.wait(seconds)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
        self._fleet.note_strike(berth, "SIGCONT", berth.pid == pid)
        self.freezes.append((pid, since, time.time()))

    def _thaw_everything(self) -> None:
        for berth in self._fleet.berths:
            for pid in [berth.pid, *children_of(berth.pid)] if berth.pid else []:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            berth.is_frozen = False

    def _trap(self, strike: Strike) -> bool:
        lock = self._busy[strike.target]
        if not lock.acquire(blocking=False):
            return False  # another trap lies there
        try:
            self._traps.set(strike.target, strike.point, strike.hit, strike.how)
            if strike.target == "scheduler":  # its points are passed by who has just become the leader
                self._fleet.strike(self._fleet.find("scheduler"), signal.SIGKILL)
            stays = _LEADER_STAYS if strike.target == "scheduler" else _TRAP_STAYS
            sprung = self._await_trap(strike.target, stays)
        finally:
            lock.release()
        if sprung is None:
            return False
        berth = self._fleet.find_by_pid(sprung.pid)
        if berth is not None:
            self._fleet.note_strike(berth, SIGNALS[sprung.kind].name, berth.pid == sprung.pid)
        self._note(sprung.at, strike.target)
        if sprung.kind == "freeze" and berth is not None:
            self._thaw_later(berth, sprung.pid, strike.seconds)
        return True

    def _await_trap(self, role: str, seconds: float) -> Sprung | None:
        deadline = time.monotonic() + seconds
        while (sprung := self._traps.sprung(role)) is None:
            if self._ending.wait(0.01) or time.monotonic() > deadline:
                if self._traps.take_away(role):
                    return None
                deadline = time.monotonic() + 1  # it strikes at this very moment
        return sprung

    def _ambush(self, strike: Strike) -> bool:
        if not self._busy["ambush"].acquire(blocking=False):
            return False
        try:
            self._is_ambushed = False
            self._far.ambush.lay(strike.point)
            self._ending.wait(_TRAP_STAYS)
            self._far.ambush.lift()
            return self._is_ambushed
        finally:
            self._busy["ambush"].release()

    def _spring(self, place: str, text: str) -> None:
        """Called by the far side, which has accepted and not answered: whoever sent it dies now."""
        marks = marks_in(text)
        try:
            found = self._town.rows(_OWNER, {"mark": f"{marks[0]} %"}, patience=0.5) if marks else []
        except psycopg.Error:
            return
        berth = self._fleet.find_by_pid(int(found[0][0][::-1])) if found else None
        if berth is not None:
            self._is_ambushed = self._strike(berth, signal.SIGKILL, berth.pid)
            self._chronicle.note("ambush", f"{berth.name} (process {berth.pid}) dies, {place} has {marks[0]}")

    def _valkey(self, strike: Strike) -> bool:
        with self._busy["valkey"]:
            self._note(time.time(), "valkey")
            match strike.kind:
                case "flush":
                    return self._town.flush_valkey()
                case "freeze":
                    self._town.freeze_valkey(strike.seconds)
                case _:
                    self._town.kill_valkey()
                    self._ending.wait(strike.seconds)
                    self._town.restart_valkey()
        self._note(time.time(), "valkey")
        return True

    def _postgres(self, strike: Strike) -> bool:
        with self._busy["postgres"]:
            self._note(time.time(), "postgres")
            if strike.kind == "freeze":
                self._town.freeze_postgres(strike.seconds)
                return True
            self._town.crash_postgres()
            self._ending.wait(strike.seconds)
            self._town.restart_postgres()
        return True

    def _note(self, at: float, what: str) -> None:
        self.struck_at.append((at, what))
