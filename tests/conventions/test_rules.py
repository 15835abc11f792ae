"""A rule may be stated only in the files that `RULES` names, mostly one; a statement elsewhere fails a test."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from pipelines.common.project import PROJECT
from pipelines.contract.record.channels import CHANNELS, DECLARED, SOCIAL_CHANNELS

PIPELINES = PROJECT / "pipelines"
# The sample makes logs of its own, as their sources would; the bundle of the scripts is made from them.
LEFT_OUT = ("sample", "reports/static/build")
# Files of `pipelines/`, by their path in this folder, and files of `reports/`.
SOURCES = {
    name: file.read_text("utf-8")
    for root, above in ((PIPELINES, PIPELINES), (PROJECT / "reports", PROJECT))
    for file in sorted(root.rglob("*"))
    if file.suffix in (".py", ".sql", ".ts", ".css", ".jinja")
    and not (name := file.relative_to(above).as_posix()).startswith(LEFT_OUT)
}
_KEY = f"[`'\"](?:{'|'.join(CHANNELS)})[`'\"]"


@dataclass(frozen=True)
class Rule:
    """A rule: the pattern of its statement, an example that the pattern matches, and the files that may state it."""

    pattern: str
    example: str
    places: tuple[str, ...]


RULES = {
    "a list of channels": Rule(rf"{_KEY},?(?: or)?\s*{_KEY}", "IN ('one_click', 'wechat')", ()),
    "the name of a social channel": Rule(
        rf"\b(?:{'|'.join(SOCIAL_CHANNELS)})(?:\b|_authorizations)",
        "wechat_authorizations",
        ("contract/record/channels.py", "reports/charts/shapes.py"),
    ),
    "the colour of a channel": Rule(r"(?i)#7a0f3a", "#7A0F3A", ("reports/charts/shapes.py",)),
    "the dimensions of a session": Rule(
        r"carrier,?\s+sdk_version,?\s+scheme_id",
        "carrier, sdk_version, scheme_id",
        ("rollup/sql/sessions/session_facts.sql",),
    ),
    "the rounding of a share": Rule(r"\.(?:\d|\{\w+\})%\}", 'f"{share:.2%}"', ()),
    "the layer of a code": Rule(r"THEN 'oauth'", "THEN 'oauth'", ("contract/sql/macros.sql",)),
    "the look-up of a code": Rule(r"JOIN result_codes", "JOIN result_codes", ("contract/sql/macros.sql",)),
    "the vendor of a record without one": Rule(r"'umeng'", "ELSE 'umeng'", ("contract/sql/macros.sql",)),
    "coverage": Rule(
        r"= ['\"]complete['\"]", "day_state = 'complete'", ("contract/measures/sql.py", "reports/content/context.py")
    ),
    "the state of a day": Rule(r"THEN 'complete'", "THEN 'complete'", ("marts/sql/day_quality.sql",)),
    "the week before": Rule(r"\b(?:day|as_of) - 7\b", "day - 7", ("contract/sql/macros.sql",)),
    "the business day of an instant": Rule(r"\bZoneInfo\(", "ZoneInfo(zone)", ("common/days.py",)),
    "the business day of a record": Rule(
        r"\$business_offsets_ms", "$business_offsets_ms::BIGINT[]", ("reading/record_query.py",)
    ),
    "which copy counts": Rule(
        r"PARTITION BY day, event_id|event_time, app_key, channel, stage, outcome NULLS",
        "PARTITION BY day, event_id",
        ("rollup/sql/records/dropped_copies.sql",),
    ),
    "the days of reference of a usual range": Rule(
        r"REFERENCE_DAYS: Final|last::DATE - 56", "REFERENCE_DAYS: Final = 56", ("incidents/usual/norms.py",)
    ),
    "the channels of a line": Rule(
        r"\?\.channels \|\|", "one?.channels || []", ("reports/static/js/data/measures.ts",)
    ),
    "the cost of an incident's day": Rule(r"lost_day or", "one.lost_day or as_of", ("incidents/incident.py",)),
    "records in time": Rule(r"accepted - [\w.\[\]]*late", "before.accepted - before.late", ("store/manifest.py",)),
    "what a masked value is": Rule(
        r"['\"]\*{3,4}['\"]", "'****'", ("contract/record/masking.py", "contract/sql/macros.sql")
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_stated_in_its_places_alone(name: str) -> None:
    rule = RULES[name]
    assert re.search(rule.pattern, rule.example), "a pattern that finds nothing proves nothing"
    assert tuple(file for file, text in SOURCES.items() if re.search(rule.pattern, text)) == rule.places


def test_the_declaration_has_what_a_group_says() -> None:
    assert [one.key for one in DECLARED if one.is_login] == ["one_click", *SOCIAL_CHANNELS]
    assert [one.key for one in DECLARED if one.group == "other" and one.has_verifications] == []
