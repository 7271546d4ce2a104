"""The house itself: names lead somewhere, documents say what is there, rooms stay small, doors stay light."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.providers.profiles import PROFILES
from agent.tools.registry import TOOLS, get_blueprint
from bot.__main__ import COMMANDS, load_command
from bot.settings import Settings, load_settings
from channels.base import Account
from channels.registry import CHANNELS, build_channel
from jobs.allowed import ALLOWED_JOBS
from jobs.deliver import RECORDED
from models.faultpoint import POINTS

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("bot", "jobs", "agent", "channels", "models")
DOCUMENTS = [path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")) if path.name != "CHANGELOG.md"]
EDGELESS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "handler",
    "processor",
    "service",
    "data",
    "info",
}
LONGEST_MODULE, LONGEST_FUNCTION = 300, 50  # lines


def modules_of(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in (ROOT / folder).rglob("*.py") if "versions" not in path.parts)


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


# Registries: dicts of dotted paths, each leading to what it promises.


def test_every_command_is_where_the_table_says() -> None:
    assert all(callable(load_command(path).run) for path, _ in COMMANDS.values())


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_can_be_built(name: str) -> None:
    assert build_channel(Account(name, "default")).name == name


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_is_where_its_registry_says(name: str) -> None:
    assert get_blueprint(name).spec.description


@pytest.mark.parametrize("name", PROFILES)
def test_every_provider_is_where_its_profile_says(name: str) -> None:
    module, _, attribute = PROFILES[name].adapter.partition(":")
    assert callable(getattr(import_module(module), attribute))


@pytest.mark.parametrize("path", sorted(ALLOWED_JOBS))
def test_every_job_that_may_run_is_a_function_of_ours(path: str) -> None:
    module, _, name = path.rpartition(".")
    assert module.startswith("jobs.")
    assert callable(getattr(import_module(module), name))


# Faultpoints: where a process may die is one list.


def test_every_faultpoint_is_on_the_list_and_every_name_on_the_list_is_a_faultpoint() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in modules_of(*FLOORS) if path.stem != "faultpoint")
    assert set(re.findall(r'faultpoint\("([^"]+)"\)', text)) | set(RECORDED.values()) == set(POINTS)


# Migrations: one line, in the order of their numbers.


def test_the_migrations_are_one_line() -> None:
    texts = {path.stem[:4]: path.read_text() for path in (ROOT / "models/migrations/versions").glob("0*.py")}
    numbers = [f"{number:04}" for number in range(1, len(texts) + 1)]
    assert sorted(path.stem[:4] for path in (ROOT / "models/migrations/versions").glob("0*.py")) == numbers
    told = {
        number: re.findall(r'^(?:down_)?revision(?:: .+)? = (?:"(\d+)"|None)', texts[number], re.M)
        for number in numbers
    }
    before = ["", *numbers]
    assert told == {number: [number, before[at]] for at, number in enumerate(numbers)}


# Settings: `.env.example` says the whole truth.


def example_lines() -> list[tuple[str, str, str]]:
    """Name, default, and the comment right above, of every variable of `.env.example`."""
    found, comment = [], ""
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        variable = re.fullmatch(r"#([A-Z][A-Z_]+)=(.*)", line)
        if variable:
            found.append((variable[1], variable[2], comment))
            comment = ""
        else:
            comment = f"{comment} {line[2:]}".strip() if line.startswith("# ") else ""
    return found


def test_the_example_names_every_setting_once_and_no_other() -> None:
    names = [name for name, _, _ in example_lines()]
    assert sorted(names) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_shows_every_default(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("\n".join(f"{name}={value}" for name, value, _ in example_lines()), encoding="utf-8")
    assert load_settings({}, dotenv) == Settings()


def test_the_example_can_be_used_as_it_is() -> None:
    assert load_settings({}, ROOT / ".env.example") == Settings()


def test_the_image_can_copy_what_it_asks_for() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    recipe = (ROOT / "Dockerfile").read_text()
    copied = {name for line in re.findall(r"^COPY (?!--)(.+) \./\S*$", recipe, re.M) for name in line.split()}
    assert copied == let_in
    assert set(FLOORS) < copied
    assert all((ROOT / name).exists() for name in copied)


# Documents: what they name exists, and what exists is named.


@pytest.mark.parametrize("document", DOCUMENTS, ids=shown)
def test_a_document_names_only_modules_and_files_that_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    dotted = set(re.findall(rf"`((?:{'|'.join(FLOORS)})(?:\.[a-z_]+)+)`", text))
    paths = set(re.findall(rf"`((?:{'|'.join(FLOORS)}|tests|docs|benchmarks|deploy)/[\w./-]*[\w/])`", text))
    links = set(re.findall(r"\]\(([\w./-]+)\)", text))
    assert [name for name in dotted if not leads_somewhere(name)] == []
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert [link for link in links if not (document.parent / link).exists()] == []


def leads_somewhere(name: str) -> bool:
    """A module, or what a module holds."""
    parent, _, last = name.rpartition(".")
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return find_spec(parent) is not None and hasattr(import_module(parent), last)


def test_the_architecture_names_every_package() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    packages = [path.parent for floor in FLOORS for path in (ROOT / floor).glob("*/__init__.py")]
    missing = [f"{path.parent.name}.{path.name}" for path in packages if f"{path.parent.name}.{path.name}" not in text]
    assert missing == []


# Rooms: small, with a sign on the door.


def test_migrations_follow_one_another_and_bear_their_files_numbers() -> None:
    files = sorted(path.stem for path in (ROOT / "models/migrations/versions").glob("[0-9]*.py"))
    modules = [import_module(f"models.migrations.versions.{name}") for name in files]
    revisions = [module.revision for module in modules]
    assert revisions == [f"{number:04}" for number in range(1, len(files) + 1)]
    assert [name[:4] for name in files] == revisions
    assert [module.down_revision for module in modules] == [None, *revisions[:-1]]


def test_every_module_says_first_what_it_is_for() -> None:
    silent = [
        p for p in modules_of(*FLOORS, "tests") if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))
    ]
    assert [shown(path) for path in silent] == []


def test_an_init_holds_nothing_but_its_docstring() -> None:
    inits = [path for path in modules_of("bot", "jobs", "models") if path.name == "__init__.py"]
    assert [shown(p) for p in inits if len(ast.parse(p.read_text(encoding="utf-8")).body) != 1] == []


def test_no_module_and_no_function_outgrows_its_room() -> None:
    crowded = []
    for path in modules_of(*FLOORS):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > LONGEST_MODULE:
            crowded.append(shown(path))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    crowded.append(f"{shown(path)}:{node.name}")
    assert crowded == []


def test_no_name_is_without_an_edge() -> None:
    assert [shown(path) for path in modules_of(*FLOORS) if path.stem in EDGELESS] == []


def test_migrations_follow_one_another_in_the_order_of_their_files() -> None:
    """Two of one number leave the tables in doubt, and nothing else would say so before a database is made."""
    files = sorted(ROOT.glob("models/migrations/versions/0*.py"))
    said = [dict(re.findall(r'^(revision|down_revision) = "?(\w+)', path.read_text(), re.MULTILINE)) for path in files]
    numbers = [path.name.partition("_")[0] for path in files]
    assert numbers == [f"{number:04}" for number in range(1, len(files) + 1)]
    assert [one["revision"] for one in said] == numbers
    assert [one["down_revision"] for one in said] == ["None", *numbers[:-1]]


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert [shown(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


# Floors and doors.


def test_the_import_contracts_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout


def test_secrets_are_typed_as_such() -> None:
    telling = re.compile(r"token$|_key$|password|secret|dsn$|database_url|redis_url")
    plain = [n for n, f in Settings.model_fields.items() if telling.search(n) and f.annotation != SecretStr | None]
    assert plain == []


def test_the_example_marks_secrets_and_only_them() -> None:
    marked = {name for name, _, comment in example_lines() if comment.startswith("secret.")}
    assert marked == {n.upper() for n, f in Settings.model_fields.items() if f.annotation == SecretStr | None}
