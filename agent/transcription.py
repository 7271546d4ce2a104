"""Turns voice notes into words over the OpenAI-compatible `/audio/transcriptions` of a vendor or a local server."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from agent.providers.dialects import find_dialect
from agent.providers.pricing import load_prices
from agent.providers.sdk_client import Endpoint, SdkClient, build_openai_client
from agent.providers.vendor_json import as_amount, as_count, as_mapping, as_text
from agent.silence import heard_text
from models.errors import ProviderError
from models.files.file_types import bare_type, ending_of

MAX_BYTES: Final = 25_000_000  # OpenAI's and Groq's limit
_PATH: Final = "/audio/transcriptions"
_NO_KEY: Final = "none"  # what a server without authentication is sent: the SDK insists on a key
_REFUSED_FORMAT = re.compile("response_format|verbose_json")
# whisper servers name the language in English words, others by its code.
_LANGUAGES: Final = {"portuguese": "pt", "english": "en", "spanish": "es", "castilian": "es"}


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard; an empty text says that nothing was. `cost` is in USD, None when the price is unknown."""

    text: str
    language: str = ""  # a code such as "pt", empty where the server did not say
    seconds: float | None = None  # the recording's length, where the server said
    cost: Decimal | None = None


class Transcriber:
    """One per process, for any thread; nothing is loaded or connected before the first recording."""

    def __init__(self, base_url: str, api_key: str | None, llm: str, timeout: float, *, language: str = "pt") -> None:
        """`timeout` is in seconds, for the whole answer; `language` is a hint, and empty lets the server find out."""
        self.llm = llm
        self.name = urlsplit(base_url).hostname or "transcription"
        self._timeout = timeout
        self._language = language
        self._price_provider = find_dialect(base_url).price_provider
        self._client = SdkClient(self.name, Endpoint(base_url, api_key or _NO_KEY, timeout), build_openai_client)

    def preload(self) -> None:
        """Import the SDK and the price table now; safe to repeat."""
        self._client.preload()
        load_prices()

    def close(self) -> None:
        """Close the connections; safe to repeat, and a later call opens new ones."""
        self._client.close()

    def transcribe(self, content: bytes, content_type: str, name: str = "") -> Transcript:
        """One recording, without retry. Raises ProviderError; permanent when the recording itself is refused."""
        if not content or len(content) > MAX_BYTES:
            raise ProviderError(f"a recording of {len(content)} bytes cannot be transcribed", kind="bad_request")
        recording = (f"voice.{_ending(content_type, name)}", content, bare_type(content_type))
        if not _tells_details(self.llm):
            return self.read_transcript(self._ask(recording, "json"))
        try:
            return self.read_transcript(self._ask(recording, "verbose_json"))
        except ProviderError as error:
            if error.kind != "bad_request" or not _REFUSED_FORMAT.search(str(error)):
                raise
        return self.read_transcript(self._ask(recording, "json"))

    def _ask(self, recording: tuple[str, bytes, str], response_format: str) -> Mapping[str, Any]:
        fields = {"model": self.llm, "response_format": response_format}
        if self._language:
            fields["language"] = self._language
        return self._client.post(_PATH, fields, self._timeout, files={"file": recording}).body

    def read_transcript(self, body: Mapping[str, Any]) -> Transcript:
        """What a server's answer says, in our words. Raises ProviderError where it is no transcript."""
        if not isinstance(body.get("text"), str):
            raise ProviderError(f"{self.name}: the answer is no transcript (no text in it)", kind="unknown")
        usage = as_mapping(body.get("usage"))
        length = as_amount(body.get("duration")) or as_amount(usage.get("seconds"))
        language = as_text(body.get("language")).strip().lower()
        return Transcript(
            text=heard_text(body),
            language=_LANGUAGES.get(language, language),
            seconds=None if length is None else float(length),
            cost=_find_cost(usage, length, self.llm, self._price_provider),
        )


def _tells_details(llm: str) -> bool:
    """Whether to ask for length, language and doubts: whisper gives them, later LLMs refuse to."""
    return "whisper" in llm.lower()


def _ending(content_type: str, name: str) -> str:
    """Vendors tell the format by the name's ending; the person's own name for the file stays with us."""
    ending = ending_of(content_type)
    if ending != "bin":
        return ending
    claimed = name.rpartition(".")[2].lower()
    claimed = {"opus": "ogg", "oga": "ogg"}.get(claimed, claimed)
    return claimed if claimed.isascii() and claimed.isalnum() and len(claimed) <= 4 else "ogg"


def _find_cost(
    usage: Mapping[str, Any], length: Decimal | None, llm: str, price_provider: str | None
) -> Decimal | None:
    """By tokens where the server counts them, else by the recording's length; None where nobody knows the price."""
    tokens_in, tokens_out = as_count(usage.get("input_tokens")), as_count(usage.get("output_tokens"))
    spent: dict[str, Any]
    if tokens_in is not None and tokens_out is not None:
        heard = as_count(as_mapping(usage.get("input_token_details")).get("audio_tokens"))
        spent = {"input_tokens": tokens_in, "output_tokens": tokens_out, "input_audio_tokens": heard or 0}
    elif length is not None:
        spent = {"audio_seconds": float(length)}
    else:
        return None
    return _price(spent, llm, price_provider) if price_provider else None


def _price(spent: Mapping[str, Any], llm: str, price_provider: str) -> Decimal | None:
    prices = load_prices()
    try:
        amount = prices.calc_price(prices.Usage(**spent), llm, provider_id=price_provider).total_price
    except (LookupError, ValueError, ArithmeticError):
        return None
    # The table answers 0 for an LLM that is priced by something else than what we counted.
    return amount if isinstance(amount, Decimal) and amount.is_finite() and amount > 0 else None
