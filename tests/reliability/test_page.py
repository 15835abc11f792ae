"""The page of the trials: a trial replaces its own rows and leaves those of the others."""

from tests.reliability.harness import Result, page, rows


def test_a_trial_replaces_its_own_rows_only() -> None:
    killed = rows("01_killed", [Result(1, "kills", 200, 0, "200 in ingest"), Result(1, "names", 7, 0)], 0.1)
    zones = rows("08_zones", [Result(8, "zones | hosts", 1_000, 1, "first failure: <x>")], 1)
    first = page(page("", {"08_zones": zones}), {"01_killed": killed})
    assert first.index(killed[0]) < first.index(killed[1]) < first.index(zones[0])
    assert zones[0] == "| 8 | `08_zones` | zones \\| hosts | 1,000 | 1 | first failure: &lt;x> |"
    assert killed[0].endswith("| 200 | 0 | at 0.1 of its full length; 200 in ingest |")
    again = rows("01_killed", [Result(1, "kills", 201, 0)], 1)
    second = page(first, {"01_killed": again})
    assert again[0] in second
    assert zones[0] in second
    assert not any(row in second for row in killed)


def test_rows_of_a_trial_that_is_no_more_are_left_out() -> None:
    gone = rows("99_gone", [Result(9, "gone", 1, 0)], 1)
    assert gone[0] not in page(page("", {"99_gone": gone}), {})
