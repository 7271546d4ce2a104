"""Reports that a sales manager may well want, as an LLM writes them: each must be answered as the database would."""

from pathlib import Path

# One after the other, parted by blank lines.
REPORTS = tuple(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").strip().split("\n\n"))
