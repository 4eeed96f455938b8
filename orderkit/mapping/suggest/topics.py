"""What names and values speak of besides a subject: words by topic, in the languages of hotels.

The words are data: ``topics.csv``.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from orderkit.mapping.names import spellings

TOPICS: Final = Path(__file__).with_name("topics.csv")


def words_of(topic: str) -> frozenset[str]:
    """The words of a topic, as `names.words` has them."""
    return _topics()[topic]


@cache
def _topics() -> Mapping[str, frozenset[str]]:
    with TOPICS.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return {
        line["topic"]: frozenset(
            spelled for word in line["words"].split() for spelled in spellings(word)
        )
        for line in lines
    }
