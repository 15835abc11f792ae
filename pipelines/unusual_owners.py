"""Packages and schemes under an app that never had them: another app's, or nobody's.

Lives here: what is new in an app though the app is not. What an app had and lacks is a rule of `unusual.py`.
"""

from collections.abc import Iterator
from datetime import date

from pipelines.findings import Finding, counted
from pipelines.norms import MIN_DAYS, history
from pipelines.profiles import Profiles
from pipelines.unusual import LEAST_RECORDS

# From such a share of an app's records on, it is no test.
_LEAST_SHARE = 0.1
_MEASURES = (
    ("package_of_app", "包名", "package"),
    ("scheme_of_app", "方案", "scheme"),
    ("account_of_app", "账号", "account"),
)


def mixed_up(day: date, profiles: Profiles) -> Iterator[Finding]:
    """Packages and schemes that an app never had in the eight weeks before, and whose they were, if anyone's."""
    earlier = history(day, profiles)
    for measure, zh, en in _MEASURES:
        owners: dict[str, set[str]] = {}
        known: dict[str, int] = {}
        for profile in earlier.values():
            for (name, app_key), parts in profile.items():
                if name == measure:
                    known[app_key] = known.get(app_key, 0) + 1
                    for part in parts:
                        owners.setdefault(part, set()).add(app_key)
        for (name, app_key), parts in sorted(profiles[day].items()):
            if name != measure or known.get(app_key, 0) < MIN_DAYS:
                continue
            for part, records in sorted(parts.items()):
                others = owners.get(part, set())
                if app_key in others or records < max(LEAST_RECORDS, _LEAST_SHARE * sum(parts.values())):
                    continue
                of_zh, of_en = (
                    (f"此前只属于 {min(others)}", f"which was only of {min(others)} before")
                    if others
                    else ("此前 8 周从未出现", "never seen in the eight weeks before")
                )
                yield Finding(
                    f"应用 {app_key} 中有 {records:,} 条记录使用{zh} {part}，{of_zh}",
                    f"app {app_key}: {counted(records, 'record')} with {en} {part}, {of_en}",
                    records,
                )
