"""How large a request may be, and how long a reply: what the door and the rendering must agree on."""

MAX_BODY = 25 * 1024 * 1024  # bytes of a request; the providers' own limits lie between 25 and 40 MB
MAX_TEXT = 500_000  # characters of one mail; no answer of ours is longer, but a mail has to end somewhere
