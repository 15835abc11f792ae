"""The site has files of resource packages, reconciliation and limits only if these have rows."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from pipelines.contract.registry.registry import load_registry
from tests.support import DAY, CopyOf, DataFolder, record

NAMES = ("packages", "package_usage", "reconciliation_daily", "reconciliation_monthly")


def publish(folder: DataFolder) -> None:
    """Publish a run with three uses on the day."""
    rows = [record(f"a{n}", stage="verify", event_time=f"{DAY}T09:00:00+08:00") for n in range(3)]
    folder.land("a.ndjson", rows)
    folder.publish()


def publish_all(folder: DataFolder) -> None:
    """Publish a run with packages, counts of the console, bills of many accounts, and a limit."""
    head = "resource_package_id,account_id,quantity,purchased_at\n"
    folder.write(
        "registry/resource_packages.csv",
        head + f"=p,,2,{DAY}\nold,,2,{DAY - timedelta(days=40)}\nrow-of-no-use,,0,{DAY}\n",
    )
    folder.write("registry/console/a.csv", f"day,account_id,channel,billed\n{DAY},default,number,9\n")
    bills = ["2026-02,default,number,9,0.45", *(f"2026-01,a{n},number,9," for n in range(101))]
    folder.write("registry/bills/a.csv", "\n".join(["month,account_id,channel,quantity,amount", *bills]))
    folder.write("registry/limits.csv", "limit_id,key,max_requests,window\none,app,1,day\n")
    publish(folder)


def lines_of(folder: DataFolder, name: str) -> list[str]:
    """Return the lines of a CSV file of the site without the byte order mark."""
    return (folder.store.site / f"{name}.csv").read_bytes().decode("utf-8-sig").splitlines()


def test_the_files_hold_the_tables_and_stand_in_the_manifest(made_once: CopyOf) -> None:
    folder = made_once(publish_all)
    packages = lines_of(folder, "packages")
    assert packages[0] == "day,resource_package_id,account_id,opening,granted,used,adjusted,expired,remaining"
    assert len(packages) == 1 + 30 + 1
    assert packages[-2:] == [f"{DAY},'=p,default,0,2,1,0,0,1", f"{DAY},old,default,2,0,2,0,0,0"]
    assert lines_of(folder, "package_usage")[1:] == [f"{DAY},default,shop,'=p,1", f"{DAY},default,shop,old,2"]
    assert lines_of(folder, "reconciliation_daily")[1:] == [f"{DAY},default,*,number,billed,9,3,6,5,unexplained,0,6,,0"]
    assert [line for line in lines_of(folder, "reconciliation_monthly") if ",default," in line] == [
        "2026-02-01,default,number,quantity,0,,9,9,,0,0,5,log_incomplete,0,9,0.45"
    ]
    assert lines_of(folder, "limits") == [
        "day,limit_id,app_key,requests,with_key,keys,blocked,blocked_uses,blocked_successes,keys_blocked",
        f"{DAY},one,shop,3,3,1,2,2,2,1",
    ]
    page = (folder.store.site / "packages.html").read_text("utf-8")
    assert "invalid:quantity" in page
    assert "row-of-no-use" in page
    manifest = json.loads((folder.store.site / "manifest.json").read_text())
    rows = {one["path"]: one.get("rows") for one in manifest["files"]}
    assert {f"{name}.csv" for name in NAMES} <= rows.keys()
    assert rows["limits.csv"] == 1
    page = (folder.store.site / "files.html").read_text("utf-8")
    assert ">1 row, " in page
    assert ">1 rows" not in page


def test_a_page_that_lists_only_some_of_the_earlier_bills_says_so(made_once: CopyOf) -> None:
    folder = made_once(publish_all)
    assert len(lines_of(folder, "reconciliation_monthly")) == 1 + 102
    page = (folder.store.site / "reconciliation.html").read_text("utf-8")
    assert page.count(">2026-01<") == 100
    assert "Shown are the first 100, all are in the file reconciliation_monthly.csv" in page


def test_without_input_there_are_no_files_and_what_a_page_says_to_write_is_taken(folder: DataFolder) -> None:
    publish(folder)
    assert not any((folder.store.site / f"{name}.csv").exists() for name in NAMES)
    examples: dict[str, str] = {}
    for page in ("packages.html", "reconciliation.html", "limits.html"):
        text = (folder.store.site / page).read_text("utf-8")
        for example in re.findall(r'<pre class="example"><code>(.*?)</code></pre>', text, re.DOTALL):
            path, _, rows = example.partition("\n\n")
            examples[path] = rows
            folder.write(path, rows + "\n")
    assert list(examples) == [
        "registry/resource_packages.csv", "registry/resource_package_readings.csv", "registry/console/2026-03.csv",
        "registry/bills/2026.csv", "registry/limits.csv",
    ]  # fmt: skip
    found = load_registry(folder.root / "registry")
    assert found.problems == []
    assert found.bought.packages
    assert found.bought.readings
    assert found.statements.console
    assert found.statements.bills
    assert [one.limit_id for one in found.limits] == ["device_3_60s", "phone_5_day"]
