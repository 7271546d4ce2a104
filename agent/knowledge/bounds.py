"""How large and how intricate a document may be; what is beyond is refused before anything costly looks at it."""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1024 * 1024
MAX_FILE: Final = 25 * MIB  # bytes
MAX_PAGES: Final = 2_000
MAX_TEXT: Final = 10_000_000  # characters of a whole document
MAX_BLOCKS: Final = 200_000
MAX_CELLS: Final = 1_000_000  # of all sheets together
MAX_COLUMNS: Final = 500
MAX_ROWS: Final = 100_000  # of one sheet
MAX_MEMBERS: Final = 5_000  # files in an archive such as DOCX and XLSX
MAX_UNPACKED: Final = 300 * MIB
MAX_RATIO: Final = 200  # unpacked over packed bytes of a member; DEFLATE gives 1,032 at most, honest sheets up to 100
MAX_XML: Final = 200 * MIB  # of one member
MAX_ATTACHMENTS: Final = 50


@dataclass(frozen=True, slots=True)
class Effort:
    """What reading one file may take: seconds of a processor, bytes of memory, seconds on the wall."""

    cpu: int
    memory: int
    patience: float


def effort_for(size: int) -> Effort:
    """By the size of the file in bytes: a page of a PDF is some 2 KB and takes up to 70 ms. Two such patiences are less
    than the quarter of an hour after which a reader counts as dead."""
    cpu = min(20 + 15 * (size // MIB), 180)
    return Effort(cpu=cpu, memory=1024 * MIB, patience=2.0 * cpu + 60)
