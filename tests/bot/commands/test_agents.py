"""`agents`: files become versions; they are listed, shown, compared and rolled back."""

import json
from pathlib import Path

import pytest

from bot.commands.agents import spell_schema
from tests.bot.commands.conftest import Cli

ROOT = Path(__file__).resolve().parents[3]


def write(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_an_agent_goes_through_its_life(cli: Cli) -> None:
    file = write("life.yaml", "agent: life\nserves: [crm/default]\npersona: Breve.\nlimits: {steps: 4}\n")
    first = cli("agents", "apply", file, "--note", "o começo")
    assert (first.code, "life of default: version 1; serves crm/default." in first.out) == (0, True), first.err
    assert "unchanged, still version 1" in cli("agents", "apply", file).out
    write("life.yaml", "agent: life\nserves: [crm/default]\npersona: Calorosa.\nlimits: {steps: 4}\n")
    compared = cli("agents", "diff", "life", file).out
    assert compared == '  persona: "Breve." -> "Calorosa."\n'
    assert compared in cli("agents", "apply", file).out
    assert cli("agents", "diff", "life").out == compared
    assert cli("agents", "diff", "life", "2", "1").out == '  persona: "Calorosa." -> "Breve."\n'
    assert "version 1 instead of 2" in cli("agents", "rollback", "life").out
    listed = cli("agents", "list").out
    assert [line.split()[:2] for line in listed.splitlines() if line.startswith("life")] == [["life", "1"]]
    assert ["crm/default", "life"] in [line.split() for line in listed.splitlines()]
    assert "o começo" in cli("agents", "list", "life").out
    told = [line.split()[2:4] for line in cli("agents", "history", "life").out.splitlines()[1:]]
    assert told == [["1", "o"], ["2", "1"], ["1", "o"]], "the version, and where going back leads or what its note says"


def test_what_is_shown_can_be_applied_again(cli: Cli) -> None:
    text = "agent: shown\npersona: |\n  Olá,\n  você: 'sim'\nhours: {mon: '08:00-18:00'}\ntools: {top_n: {}}\n"
    cli("agents", "apply", write("shown.yaml", text))
    shown = cli("agents", "show", "shown").out
    assert shown.startswith("# shown, version 1, active\n")
    assert cli("agents", "diff", "shown", write("again.yaml", shown)).out == "They say the same.\n"
    assert cli("agents", "show", "shown", "--version", "1").out == shown


def test_every_mistake_of_every_file_is_a_line_and_nothing_is_applied(cli: Cli) -> None:
    good = write("good.yaml", "agent: good\n")
    bad = write("bad.yaml", "agent: bad\nllm: {api_key: sk-live-0123456789}\nhuors: {}\n")
    worse = write("worse.yaml", "agent: worse\nagent: x\n")
    outcome = cli("agents", "apply", good, bad, worse)
    assert outcome.code == 2
    places = [line.partition(" ")[0] for line in outcome.err.splitlines()[1:]]
    assert places == ["bad.yaml:2:", "bad.yaml:3:", "worse.yaml:2:"]
    assert "sk-live" not in outcome.err
    assert "there is no agent good" in cli("agents", "show", "good").err
    assert cli("agents", "check", bad).err.startswith("recado: these must be mended:\nbad.yaml:2: ")


def test_mistakes_of_form_names_and_files_are_told_in_one_round(cli: Cli) -> None:
    text = """\
agent: many
prompt: nowhere
serves: [nothing]
llm: {provider: acme, fallbacks: [{provider: offline}, {provider: openai, temperature: hot}]}
limits: {steps: -1}
http: [{name: freight, url: 'https://x.example/{a}'}]
tools: {top_n: {}, freight: {}, teleport: {}}
openapi: [{name: stock, document: no-such.json, base_url: 'https://x.example', operations: [a]}]
source: {file: no-such.yaml}
"""
    outcome = cli("agents", "check", write("many.yaml", text))
    told = [line.split(" ")[0] + " " + line.split(" ")[1].rstrip(":") for line in outcome.err.splitlines()[1:]]
    assert told == [
        "many.yaml:2: prompt",
        "many.yaml:3: serves[0]",
        "many.yaml:4: llm.fallbacks[1].temperature",
        "many.yaml:4: llm.provider",
        "many.yaml:5: limits.steps",
        "many.yaml:6: http[0].description",
        "many.yaml:8: openapi[0].document",
        "many.yaml:9: source.file",
    ], outcome.err


def test_what_is_only_named_in_what_was_wrong_is_no_mistake_of_its_own(cli: Cli) -> None:
    text = "agent: one\nhttp: [{name: freight, url: 'https://x.example'}]\ntools: {freight: {}}\n"
    outcome = cli("agents", "check", write("one.yaml", text))
    assert "no such tool" not in outcome.err
    assert [line.split(" ")[0] for line in outcome.err.splitlines()[1:]] == ["one.yaml:2:"]


def test_each_of_several_wrong_things_in_a_list_is_told_once_at_its_place(cli: Cli) -> None:
    rows = "".join(
        f"- {{name: t{at}, {'hurl: x' if at in (1, 3) else 'description: What a freight costs.'}}}\n" for at in range(5)
    )
    outcome = cli("agents", "check", write("rows.yaml", f"agent: rows\nhttp:\n{rows}prompt: nowhere\n"))
    told = [line.split(" ")[:2] for line in outcome.err.splitlines()[1:]]
    places = [[f"rows.yaml:{line}:", f"http[{line - 3}].url:"] for line in range(3, 8)]
    unknown = [[f"rows.yaml:{at + 3}:", f"http[{at}].{word}:"] for at in (1, 3) for word in ("description", "hurl")]
    assert sorted(told) == sorted([*places, *unknown, ["rows.yaml:8:", "prompt:"]]), outcome.err


def test_without_its_name_the_rest_of_a_file_is_looked_at_too(cli: Cli) -> None:
    outcome = cli("agents", "check", write("nameless.yaml", "persona: Breve.\nprompt: nowhere\n"))
    assert [line.split(" ")[1] for line in outcome.err.splitlines()[1:]] == ["agent:", "prompt:"], outcome.err


def test_who_applies_what_cannot_work_here_is_told_at_once(cli: Cli) -> None:
    file = write("poor.yaml", "agent: poor\nllm: {provider: openai, api_key: '${POOR_KEY}'}\n")
    applied = cli("agents", "apply", file)
    assert applied.code == 0
    assert "But poor cannot work with what is set here: POOR_KEY is not set" in applied.err
    assert cli("agents", "apply", file, POOR_KEY="sk-1").err == ""
    lost = write("lost.yaml", "agent: lost\nsource: {file: no-such.yaml}\n")
    refused = cli("agents", "apply", lost)
    assert (refused.code, "no-such.yaml cannot be read" in refused.err) == (2, True)


def test_a_check_tells_what_is_missing_here_and_fails_and_the_form_alone_does_not(cli: Cli) -> None:
    words = "agent: needy\nserves: [chat/nowhere]\nllm: {provider: openai, model: gpt-4o, api_key: '${NEEDY_KEY}'}\n"
    file = write("needy.yaml", words)
    unset = cli("agents", "check", file)
    assert (unset.code, "fail: cannot work here: NEEDY_KEY is not set" in unset.out) == (1, True)
    told = cli("agents", "check", file, NEEDY_KEY="sk-0123456789")
    assert "fail: serves chat/nowhere, which is no account: name it in ACCOUNTS_FILE" in told.out
    assert "warn: gpt-4o end" in told.out, "on a day that comes"
    assert cli("agents", "check", "--form-only", file).code == 0
    assert "It can work with what is set here." in cli("agents", "check", write("able.yaml", "agent: able\n")).out


def test_a_first_version_has_none_before_it_and_its_owner_is_told_the_way_on(cli: Cli) -> None:
    cli("agents", "apply", write("first.yaml", "agent: first\n"))
    assert "`diff first FILE`" in cli("agents", "diff", "first").err
    assert "take them out of `serves`" in cli("agents", "rollback", "first").err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("rollback", "nobody"), "there is no agent nobody"),
        (("list", "nobody"), "there is no agent nobody"),
        (("apply", "no-such.yaml"), "no-such.yaml cannot be read"),
        (("list", "--tenant", "acme"), "there is no tenant acme"),
    ],
)
def test_what_cannot_be_done_says_why(cli: Cli, words: tuple[str, ...], reason: str) -> None:
    outcome = cli("agents", *words)
    assert outcome.code > 0
    assert reason in outcome.err


def test_the_schema_is_printed_and_its_copy_for_editors_is_the_same(cli: Cli) -> None:
    assert json.loads(cli("agents", "schema").out)["properties"]["agent"]["examples"] == ["aurora"]
    copy = (ROOT / "docs/agent.schema.json").read_text(encoding="utf-8")
    assert copy == spell_schema(), "python -m bot agents schema > docs/agent.schema.json"
