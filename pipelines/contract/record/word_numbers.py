"""Numbers for a record's fixed words: sessions are computed from numbers, which is much faster than from texts.

Channels have numbers of their own (`channels.py`), since a data folder can declare more.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pipelines.contract.record.channels import CHECK_CHANNELS, is_one_of
from pipelines.contract.record.fields import CARRIERS, OUTCOMES, PLATFORMS, STAGES

SIGN_IN_STAGES: Final = tuple(stage for stage in STAGES if stage != "prefetch")
"""The stages of sign-in records, in the order in which records with the same time are sorted."""
_WORDS: Final[Mapping[str, Sequence[str]]] = {
    "stage": SIGN_IN_STAGES,
    "outcome": OUTCOMES,
    "platform": PLATFORMS,
    "carrier": CARRIERS,
}


def word_macros() -> Iterator[str]:
    """Yield the statements that create the SQL macros between words and their numbers.

    - `stage_number(word)`: the position of a stage in `SIGN_IN_STAGES`, from 1; NULL for any other word.
    - `stage_word(number)`: the reverse.
    - The same two for `outcome`, `platform` and `carrier`; the carrier `unknown` has the number NULL.
    - `is_sign_in(channel, stage)`: the condition that a record is a sign-in record.
    """
    for name, words in _WORDS.items():
        listed = list(words)
        yield f"CREATE TEMP MACRO {name}_number(word) AS list_position({listed}, word)::UTINYINT"
        yield f"CREATE TEMP MACRO {name}_word(number) AS ({listed})[number]"
    stages = ", ".join(map(repr, SIGN_IN_STAGES))
    yield f"CREATE TEMP MACRO is_sign_in(channel, stage) AS stage IN ({stages}) AND NOT {is_one_of(CHECK_CHANNELS)}"
