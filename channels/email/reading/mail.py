"""What reading a mail gives: values, and who in them vouches for whom."""

from dataclasses import dataclass
from datetime import datetime

from models.inbound import InboundMedia


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """How we know our own mail, and whose word on a sender we take."""

    addresses: frozenset[str] = frozenset()  # lower case, without plus tokens; aliases too
    message_domain: str = ""  # the right half of the Message-IDs that we make
    authserv_ids: frozenset[str] = frozenset()  # lower case; the receiving servers that we believe


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the receiving server found out about the sender. Results in RFC 8601's words, lower case, "" for none."""

    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    spf_domain: str = ""
    dkim_domains: tuple[str, ...] = ()  # of the signatures that passed
    dmarc_domain: str = ""  # "" when the server did not say which domain it judged

    def vouches_for(self, domain: str) -> bool:
        """DMARC decides where it was judged; without it a pass of SPF or DKIM for the very domain of the sender."""
        if not domain:
            return False
        if self.dmarc not in ("", "none", "bestguesspass"):  # "none": the domain publishes no policy to judge by
            return self.dmarc == "pass" and (not self.dmarc_domain or _are_aligned(self.dmarc_domain, domain))
        if self.spf == "pass" and _are_aligned(self.spf_domain, domain):
            return True
        return self.dkim == "pass" and any(_are_aligned(signer, domain) for signer in self.dkim_domains)


def _are_aligned(one: str, other: str) -> bool:
    """The same domain, or one a child of the other."""
    if "." not in one or "." not in other:
        return False
    return one == other or one.endswith("." + other) or other.endswith("." + one)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address in lower case and the name beside it."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A mail as we understood it. Message ids keep their angle brackets; `text` is what the person wrote this time."""

    message_id: str
    is_synthetic_id: bool  # the mail had none: ours is a hash of its bytes, the same at every reading
    sender: str  # "" when nobody, or more than one, claims to have written it
    sender_name: str
    sender_fault: str  # why `sender` cannot be believed to be one person; "" when it can
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    subject: str
    sent_at: datetime | None  # the sender's claim; None when missing, absurd or in the future
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]  # as written: oldest first
    text: str
    quoted: str
    signature: str
    forwarded: str
    is_forwarded: bool  # the words in `text` are somebody else's
    holds_history: bool  # lines of earlier mails, anybody's, stand between the person's own in `text`
    attachments: tuple[InboundMedia, ...]  # content is None for a file over the cap
    verdict: Verdict
    is_verified: bool
    machine: str  # why nobody may answer; "" when a person wrote it
    plus_token: str  # of bot+<token>@ among the recipients

    @property
    def follows(self) -> tuple[str, ...]:
        """Earlier mails of the thread, nearest first."""
        return tuple(dict.fromkeys((*self.in_reply_to, *reversed(self.references))))

    @property
    def aside(self) -> str:
        """Everything that was cut off the text, in reading order."""
        kept = self.signature, self.forwarded, self.quoted
        return "\n\n".join(part for part in kept if part)

    @property
    def words(self) -> str:
        """What is to be answered: many people put a short question into the subject and nothing below it."""
        has_more = self.text.strip() or self.attachments or self.follows
        return self.text if has_more else self.subject.strip()

    @property
    def unanswerable(self) -> str:
        """Why it gets no answer: a machine wrote it, nobody can be said to have, or it says nothing."""
        if self.machine or self.sender_fault:
            return self.machine or self.sender_fault
        return "" if self.words or self.attachments else "empty"
