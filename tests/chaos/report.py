"""The summary of a run: tables for people, and the one last line for machines."""

from collections import Counter
from collections.abc import Iterable
from statistics import median

from tests.chaos.run import Outcome


def write_report(outcome: Outcome) -> str:
    """Ends with `cells N, runs N, violations N, seconds N`: runs are the strikes that landed on a process or engine."""
    monkey, lines = outcome.monkey, [""]
    landed = monkey.landed if monkey is not None else Counter[tuple[str, str]]()
    if outcome.evidence is not None:
        lines += [*_strikes(outcome), "", *_load(outcome), "", *_recoveries(outcome), ""]
    lines += [f"VIOLATION {one.promise}: {one.words}" for one in outcome.violations]
    if outcome.violations:
        lines.append(f"Logs are kept in {outcome.folder}")
    counts = (len(landed), landed.total(), len(outcome.violations), round(outcome.seconds))
    lines.append("cells {}, runs {}, violations {}, seconds {}".format(*counts))
    return "\n".join(lines)


def _strikes(outcome: Outcome) -> list[str]:
    assert outcome.monkey is not None
    by_target: Counter[tuple[str, str]] = Counter()
    for (target, what), count in outcome.monkey.landed.items():
        name = target.partition("-")[0]
        by_target[name, what.split(" at ")[0].split(",")[0]] += count
    lines = ["struck        how                  times"]
    lines += [f"{target:<13} {how:<20} {count:>5}" for (target, how), count in sorted(by_target.items())]
    faults = ", ".join(f"{place} {n}" for place, n in sorted(_sum_places(outcome).items()))
    lines.append(f"faults of the far side: {faults or 'none'}; strikes that met nobody: {outcome.monkey.missed}")
    return lines


def _sum_places(outcome: Outcome) -> Counter[str]:
    assert outcome.monkey is not None
    places: Counter[str] = Counter()
    for (place, _), count in outcome.monkey.faults.items():
        places[place] += count
    return places


def _load(outcome: Outcome) -> list[str]:
    evidence, courier, fleet = outcome.evidence, outcome.courier, outcome.fleet
    assert evidence is not None
    assert courier is not None
    assert fleet is not None
    turns = evidence.record.turns.values()
    answers = [status for parcel in [*courier.parcels, *courier.copies] for _, status in parcel.answers]
    deaths = Counter(death.role for death in fleet.deaths)
    outcomes = Counter(turn.outcome for turn in turns)
    opened, done = sum(turn.opened for turn in turns), sum(turn.done for turn in turns)
    return [
        f"process ends {sum(deaths.values())} ({_listed(deaths)}); freezes {len(evidence.freezes)}",
        f"messages {len(evidence.said)}, turns {len(turns)} ({_listed(outcomes)})",
        f"requests {len(answers)}, of them repeated {len(answers) - len(courier.parcels)};"
        f" no answer {answers.count(0)}, 503 {answers.count(503)}",
        f"LLM calls {len(evidence.calls)}, usage rows {opened}, finished steps {done};"
        f" orders {len(evidence.taken)} of {len(evidence.posts)} requests",
        f"parts accepted {len(evidence.copies)}; second copies of mails, same Message-ID {evidence.mail_copies};"
        f" extra copies by the named exception {len(evidence.allowed)}",
        *evidence.allowed,
        f"drained in {outcome.drained_in:.1f} s; patience {outcome.order.patience}",
    ]


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def _recoveries(outcome: Outcome) -> list[str]:
    times = outcome.times
    assert times is not None
    return [
        "from a worker's SIGKILL to the next step   n     p50     max",
        _row("in mid-turn, nothing else struck", times.clean[False]),
        _row("in a send, nothing else struck", times.clean[True]),
        _row("struck again meanwhile", times.struck),
    ]


def _row(name: str, seconds: Iterable[float]) -> str:
    found = sorted(seconds)
    if not found:
        return f"{name:<40} {0:>4}       -       -"
    return f"{name:<40} {len(found):>4} {median(found):>5.1f} s {found[-1]:>5.1f} s"
