"""Packages and accounts under an app that never had them: another app's, or nobody's.

Lives here: what is new in an app though the app is not. What an app had and lacks is found by its shares, as a new
scheme is.
"""

from collections.abc import Iterator
from datetime import date

from pipelines.common.text import percent
from pipelines.contract.masking import masked_text
from pipelines.incidents.detectors.unusual_parts import LEAST_RECORDS
from pipelines.incidents.findings import Finding
from pipelines.incidents.norms import MIN_DAYS, history
from pipelines.incidents.profiles import Profiles

# From such a share of an app's records on, it is no test.
_LEAST_SHARE = 0.1
_MEASURES = (("package_of_app", "包名", "package"), ("account_of_app", "账号", "account"))
# Of accounts there may be many, of which few are kept: the whole is given beside them. It is that of a sample.
_WHOLE = ""


def swapped_owners(day: date, profiles: Profiles) -> Iterator[Finding]:
    """Packages and accounts that an app never had in the eight weeks before, and whose they were, if anyone's."""
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
            whole = parts.get(_WHOLE) or sum(parts.values())
            for part, records in sorted(parts.items()):
                others = owners.get(part, set())
                is_new = part != _WHOLE and app_key not in others
                if not is_new or records < max(LEAST_RECORDS, _LEAST_SHARE * whole):
                    continue
                of_zh, of_en = (
                    (f"此前只属于 {min(others)}", f"which was only of {min(others)} before")
                    if others
                    else ("此前 8 周从未出现", "never seen in the eight weeks before")
                )
                # What stands there may be somebody's number.
                named, share = masked_text(part), percent(records / whole)
                yield Finding(
                    f"应用 {app_key}：有{zh}的记录中 {share} 使用{zh} {named}，{of_zh}",
                    f"app {app_key}: {share} of the records that name the {en} have {named}, {of_en}",
                    records,
                )
