"""The apps of the synthetic data: names, schemes, packages, sign-in methods, log habits, and their two registry files.

Add to this module when the sample should show another kind of app. The behaviour of users is in `behaviour.py`; logs
are written by `write.py`.
"""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

SMALLEST_WITH_EDGE_CASES = 4

_KINDS = (
    ("商城", "Shop"),
    ("出行", "Travel"),
    ("钱包", "Wallet"),
    ("外卖", "Takeaway"),
    ("视频", "Video"),
    ("办公", "Office"),
    ("阅读", "Reader"),
    ("游戏", "Game"),
)
_PLATFORMS = ("android", "ios", "android", "harmony", "android", "h5", "ios", "android")
_METHODS = ("number;wechat;qq;weibo", "number;wechat", "number", "number;wechat;weibo")
_SDK_VERSIONS = (("2.14.2", "2.14.5"), ("2.13.0", "2.13.0"), ("2.14.5", "2.14.5"))


@dataclass(frozen=True)
class SampleApp:
    """One app of the sample; `sql/sample_draws.sql` and `sql/sample_events.sql` read the fields by name."""

    app_no: int
    app_key: str
    app_name: str
    platform: str
    account_id: str
    methods: str
    social: tuple[str, ...]
    schemes: tuple[str, ...]
    packages: tuple[str, ...]
    sdk_old: str
    sdk_new: str
    # Whether records have result codes.
    logs_codes: bool
    # Whether carriers are written in the words of a vendor.
    vendor_words: bool
    # One-click logins are logged by the server and by the SDK: only by the server if `is_server`, only by the SDK if
    # not `logs_server`.
    is_server: bool
    logs_server: bool
    is_business: bool
    is_growing: bool
    is_registered: bool
    has_logs: bool


def sample_apps(count: int) -> list[SampleApp]:
    """Return `count` registered apps, largest first; the second grows.

    If `count` is at least 4, the last registered app has no scheme and no logs (not enabled, 未开通), and the list has
    one more app, which has logs and is not registered.
    """
    with_edges = count >= SMALLEST_WITH_EDGE_CASES
    apps = [_app(number, has_logs=not (with_edges and number == count)) for number in range(1, count + 1)]
    if with_edges:
        # The unregistered app gets the number of the app without logs, so that sizes have no gap.
        silent = apps[-1]
        apps.append(_app(silent.app_no, has_logs=True, is_registered=False))
    return apps


def write_registry(folder: Path, apps: list[SampleApp], first_day: date) -> None:
    """Write `apps.csv` and `schemes.csv` of the registered apps; `first_day` is the first day of logs."""
    app_rows: list[list[str]] = [["app_key", "app_name", "platform", "account_id", "created_at", "status"]]
    scheme_rows: list[list[str]] = [
        ["scheme_id", "scheme_group", "app_key", "scheme_name", "package_name", "methods", "created_at"]
    ]
    for app in (app for app in apps if app.is_registered):
        created = first_day - timedelta(days=30 + 7 * (app.app_no % 50))
        stamp = f"{created.isoformat()}T10:00:00+08:00"
        app_rows.append([app.app_key, app.app_name, app.platform, app.account_id, stamp, ""])
        for position, scheme in enumerate(app.schemes):
            group = "主要 Main" if position == 0 else "活动 Campaign"
            scheme_rows += [
                [scheme, group, app.app_key, f"{app.app_name} {group}", package, app.methods, stamp]
                for package in app.packages
            ]
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("apps.csv", app_rows), ("schemes.csv", scheme_rows)):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)


def _app(number: int, *, has_logs: bool, is_registered: bool = True) -> SampleApp:
    kind_zh, kind_en = _KINDS[(number - 1) % len(_KINDS)]
    key = f"sample-app-{number:04d}" if is_registered else "sample-unregistered"
    methods = _METHODS[(number - 1) % len(_METHODS)]
    short = key.removeprefix("sample-").replace("-", "")
    packages = [f"com.example.{short}", f"com.example.{short}.lite"][: 1 + number % 2]
    schemes = [f"SMP{number:04d}A", f"SMP{number:04d}B"][: 1 + (number // 2) % 2]
    enabled = has_logs and is_registered
    sdk_old, sdk_new = _SDK_VERSIONS[(number - 1) % len(_SDK_VERSIONS)]
    return SampleApp(
        app_no=number,
        app_key=key,
        app_name=f"示例{kind_zh} Sample {kind_en} {number:04d}",
        platform=_PLATFORMS[(number - 1) % len(_PLATFORMS)],
        account_id=f"sample-account-{1 + number % 3}",
        methods=methods,
        social=tuple(method for method in methods.split(";") if method != "number"),
        schemes=tuple(schemes) if enabled else (),
        packages=tuple(packages) if has_logs else (),
        sdk_old=sdk_old,
        sdk_new=sdk_new,
        logs_codes=number % 4 != 0,
        vendor_words=number % 3 == 1,
        is_server=number % 7 == 6,
        logs_server=number % 7 != 5,
        is_business=number % 8 == 6,
        is_growing=number == 2,
        is_registered=is_registered,
        has_logs=has_logs,
    )
