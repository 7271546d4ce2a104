"""What the supervisor tells the person who started it, once everything answers."""

from pathlib import Path

from bot.settings import Settings

QUESTION = "Quais foram as vendas do mês passado?"


def write_banner(settings: Settings, data: Path, *, embedded: bool, login: tuple[str, str] | None) -> str:
    """The ready message. `login` is the console's first operator, shown this once."""
    url = settings.local_url
    engines = f"PostgreSQL and Valkey of its own, in {data}" if embedded else "DATABASE_URL and REDIS_URL, see doctor"
    lines = [
        "",
        f"Recado is ready on {url}",
        "",
        f"  Engines    {engines}",
        f"  Assistant  {settings.llm_provider} {settings.llm_model}".rstrip(),
        f"  Logs       {data / 'logs'}",
        f"  Console    {url}/console",
        *_login_lines(login),
        "",
        "Try it:",
        "",
        f"  curl -s {url}/chat -H 'Content-Type: application/json' \\",
        f"""    -d '{{"user_id": "ana", "message": "{QUESTION}"}}'""",
        "",
        "Stop it with Ctrl-C.",
    ]
    return "\n".join(lines)


def _login_lines(login: tuple[str, str] | None) -> list[str]:
    if login is None:
        return []
    email, password = login
    return [f"  Login      {email}, password {password} (shown only this once)"]
