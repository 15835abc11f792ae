"""Files of a daily set that hold fewer of their source's records than usual: a host that lost half of its log.

Lives here: which sets can be compared with the days before. A file that did not come is found in
`missing_deliveries.py`.
"""

from dataclasses import replace
from datetime import date

from pipelines.incidents.daily_files import path_of
from pipelines.incidents.detectors.unusual_shares import unusual_shares
from pipelines.incidents.findings import Finding
from pipelines.incidents.norms import history
from pipelines.incidents.profiles import Profile, Profiles
from pipelines.incidents.share_cuts import FILES

# Files that no day before had, with so large a share of the records: other files hold them now, and none is missing.
_CUT_ANEW = 0.05


def shrunken_files(day: date, profiles: Profiles) -> list[Finding]:
    """The files whose share of their source's records fell; of a set that is cut anew there are none."""
    earlier = list(history(day, profiles).values())
    today: Profile = {}
    for group, parts in profiles[day].items():
        if group[0] == "file":
            known = {name: records for name, records in parts.items() if any(name in p.get(group, {}) for p in earlier)}
            if sum(parts.values()) - sum(known.values()) < _CUT_ANEW * sum(parts.values()):
                today[group] = known
    found = unusual_shares(day, {**profiles, day: today}, FILES)
    return [replace(finding, zh=path_of(finding.zh, day), en=path_of(finding.en, day)) for finding in found]
