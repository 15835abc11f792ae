"""Divides a draw among apps: whole uses, by the largest remainder."""

from collections.abc import Mapping


def shares(draw: int, uncovered: Mapping[str, int]) -> dict[str, int]:
    """Return each app's share of a draw, in whole uses and in proportion to its uncovered uses.

    Apps without a share are left out. The draw must not exceed the sum of `uncovered`.
    """
    # First each share is rounded down. Then the apps with the largest remainders get one more use each, until the draw
    # is shared out; ties go by the app's key.
    total = sum(uncovered.values())
    if draw == total:
        return {app_key: uses for app_key, uses in uncovered.items() if uses}
    parts = {app_key: divmod(draw * uses, total) for app_key, uses in uncovered.items()}
    got = {app_key: whole for app_key, (whole, _) in parts.items()}
    by_remainder = sorted(parts, key=lambda app_key: (-parts[app_key][1], app_key))
    for app_key in by_remainder[: draw - sum(got.values())]:
        got[app_key] += 1
    return {app_key: uses for app_key, uses in got.items() if uses}
