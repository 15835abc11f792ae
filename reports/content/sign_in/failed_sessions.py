"""The sentence on the card of a sign-in incident about the sessions that failed on the incident's newest day.

The words are in `sign_in_words.py`.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from pipelines.common.text import Bilingual
from pipelines.contract.measures.counts import SIGN_IN
from pipelines.incidents.cause_words import Channels
from pipelines.incidents.published import PublishedIncident
from reports.content.published import PublishedTables
from reports.content.sign_in.sign_in_words import failed_words
from reports.content.sign_in.sign_ins import Failed, Stop
from reports.content.wording.words import word


def failed_sessions(marts: PublishedTables, incidents: Sequence[PublishedIncident]) -> Mapping[str, Bilingual]:
    """Return the sentence by incident id; incidents of other metrics, or without failed sessions, are left out."""
    watched = [one for one in incidents if one.incident.metric == SIGN_IN]
    if not watched:
        return {}
    failed = {key: Failed(*counts) for key, *counts in marts.rows("incident_failures")}
    stops = {key: Stop(*stop) for key, *stop, _ in marts.rows("incident_stops")}
    as_of = marts.publication.as_of
    found = {}
    for one in watched:
        key, day = one.incident.incident_id, one.incident.last_day or as_of
        said = key in failed and failed_words(day, failed[key], stops.get(key), partial(_word, one.channels))
        if said:
            found[key] = said
    return found


def _word(channels: Channels, value: str) -> Bilingual:
    """Return the word for a channel or outcome; declared channels have their own words."""
    return channels.get(value) or word(value)
