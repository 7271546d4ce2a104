"""The process that reads one mail and can be killed: `python -m channels.email.reading.child`, frames in and out.

It limits itself before it looks at a single byte, has no secrets in its environment, and opens nothing.
"""

import gc
import sys

from channels.email.reading.reader import read_mail
from channels.email.reading.wire import dump_mail, dump_refusal, load_task, split_frames, write_frames
from models.errors import PayloadError
from models.files.confined import limit_resources

_MEMORY = 300 * 1024 * 1024  # bytes of address space; an interpreter with nothing to do takes some 30 MB of it
_CPU = 5  # seconds


def main() -> int:
    """0 whenever there is an answer, a refusal too."""
    limit_resources(_MEMORY, _CPU)
    gc.disable()  # one mail and out: collecting on the way would only cost time
    task, raw = split_frames(sys.stdin.buffer.read())
    own, now, verdict, envelope_sender = load_task(task)
    try:
        answer = dump_mail(read_mail(raw, own, now, verdict=verdict, envelope_sender=envelope_sender))
    except PayloadError as error:
        answer = dump_refusal(str(error))
    write_frames(sys.stdout.buffer, answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
