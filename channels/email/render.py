"""From a reply to the one mail it becomes: text, HTML, subject, threading, files, as JSON that `send` understands."""

import base64
from html import escape

from channels.base import Account
from channels.email.limits import MAX_TEXT
from channels.email.markdown import to_html, to_text
from channels.email.threads import is_message_id
from channels.email.wording import attribution, flat, reply_subject
from channels.rendering import atoms_of, sanitize, split
from models.reply import Question, RenderedPart, Reply, ReplyFile

_MAX_QUOTE = 20_000  # characters
_MAX_REFERENCES = 30  # the first and the last ones; header lines must not grow for ever
_PAGE = '<div style="font-family:Arial,Helvetica,sans-serif;font-size:14px">\n{body}</div>\n'
_QUOTE_STYLE = "margin:0 0 0 6px;border-left:2px solid #ccc;padding-left:8px;color:#555"
DEFAULT_TIMEZONE = "America/Sao_Paulo"


def render_reply(account: Account, reply: Reply) -> list[RenderedPart]:
    """Pure. One mail; only a text beyond MAX_TEXT becomes several."""
    text = sanitize(reply.text)
    body = to_text(text)
    if len(body) > MAX_TEXT:
        pieces = split(list(atoms_of(body, (), MAX_TEXT // 2)), MAX_TEXT)
        return [_render(account, reply, piece, _preformatted(piece)) for piece in pieces]
    return [_render(account, reply, body, to_html(text))]


def _render(account: Account, reply: Reply, body: str, html: str) -> RenderedPart:
    question = reply.question
    extra: dict[str, object] = {
        "subject": reply_subject(question, account.credentials.get("from_name", "")),
        "html": _PAGE.format(body=html) + _links_html(reply.files),
        "below": _links(reply.files),
        "files": [_file(file) for file in reply.files if file.content is not None],
    }
    if question is not None:
        extra |= _threading(question)
        if question.text.strip():
            line = attribution(question, account.credentials.get("timezone", "") or DEFAULT_TIMEZONE)
            quoted = sanitize(question.text)[:_MAX_QUOTE]
            extra["quote"] = "\n".join([line, *(f"> {said}".rstrip() for said in quoted.strip().split("\n"))])
            extra["quote_html"] = _quote_html(line, quoted)
    return RenderedPart(body, extra)


def _threading(question: Question) -> dict[str, object]:
    """In-Reply-To, and References oldest first. Ids that are hashes of ours mean nothing to the other side."""
    if not is_message_id(question.external_id):
        return {}
    earlier = [one for one in reversed(question.follows) if is_message_id(one) and one != question.external_id]
    kept = list(dict.fromkeys(earlier))
    if len(kept) >= _MAX_REFERENCES:
        kept = [kept[0], *kept[2 - _MAX_REFERENCES :]]
    return {"in_reply_to": question.external_id, "references": [*kept, question.external_id]}


def _quote_html(line: str, quoted: str) -> str:
    words = escape(quoted.strip()).replace("\n", "<br>\n")
    return f'<div>{escape(line)}</div>\n<blockquote type="cite" style="{_QUOTE_STYLE}">{words}</blockquote>\n'


def _preformatted(text: str) -> str:
    return f'<pre style="white-space:pre-wrap;font-family:inherit">{escape(text)}</pre>\n'


def _file(file: ReplyFile) -> dict[str, str]:
    return {
        "name": flat(file.name) or "file",
        "content_type": file.content_type,
        "content": base64.b64encode(file.content or b"").decode("ascii"),
    }


def _linked(files: tuple[ReplyFile, ...]) -> list[tuple[str, str]]:
    """Files of which we have the address alone."""
    linked = [file for file in files if file.content is None and file.url.startswith(("https://", "http://"))]
    return [(flat(file.name) or flat(file.url), flat(file.url)) for file in linked]


def _links(files: tuple[ReplyFile, ...]) -> str:
    return "\n".join(f"{name}: {url}" for name, url in _linked(files))


def _links_html(files: tuple[ReplyFile, ...]) -> str:
    return "".join(f'<p><a href="{escape(url)}">{escape(name)}</a></p>\n' for name, url in _linked(files))
