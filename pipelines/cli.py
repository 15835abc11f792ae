"""The command line: each command opens its input, calls one function, and prints the result.

An error prints at most one screen, without a traceback. The exit code is 1 if the run failed, 2 for wrong use or
settings, 3 if a warning fired.
"""

import atexit
import codecs
import gc
import io
import os
import signal
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands import arguments
from pipelines.commands.arguments import Data, DayOption, Json, day_option
from pipelines.commands.help_screens import STOPPED, Commands
from pipelines.common.days import Window
from pipelines.common.errors import AuthmeterError
from pipelines.common.process.ending import ends_in_order

app = typer.Typer(
    name="authmeter",
    cls=Commands,
    help="T+1 usage and login-authorization reports from your own verification logs.\n\n"
    "Drop logs into DATA/landing, then `authmeter run`; open DATA/site/index.html. New here? `authmeter demo`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
)


def _folder(data: Path | None) -> Path:
    from pipelines.contract.settings.data_folder import data_folder

    return data_folder(data)


@app.command()
def run(day: DayOption = None, data: Data = None) -> None:
    """Read new logs, close every day up to DAY, publish tables and reports."""
    from pipelines.commands.operation.run import run_daily

    raise typer.Exit(run_daily(_folder(data), day))


@app.command()
def fetch(data: Data = None) -> None:
    """Fetch new logs from the buckets in the settings into landing/. Each run starts with this step."""
    from pipelines.commands.operation.fetch import run_fetch

    raise typer.Exit(run_fetch(_folder(data)))


@app.command()
def backfill(
    first: Annotated[date, typer.Argument(parser=arguments.day, metavar="FROM", help="First day")],
    last: Annotated[date, typer.Argument(parser=arguments.day, metavar="TO", help="Last day")],
    data: Data = None,
) -> None:
    """Compute the days FROM to TO again from stored events, and publish."""
    from pipelines.commands.operation.backfill import run_backfill

    raise typer.Exit(run_backfill(_folder(data), first, last))


@app.command()
def reread(
    source: Annotated[
        str | None, typer.Option("--source", metavar="NAME", help="Only files that this source read or would read")
    ] = None,
    first: Annotated[date | None, day_option("--from", "Only files with records of this day or later")] = None,
    data: Data = None,
) -> None:
    """Read landed files again after a mapping or a setting was corrected, and restate the days that change."""
    from pipelines.commands.operation.reread import run_reread

    raise typer.Exit(run_reread(_folder(data), source, first))


@app.command()
def demo(data: Data = None) -> None:
    """Make sample logs for 60 days in their own folder (data/demo), run them, and print where to look."""
    from pipelines.commands.operation.demo import run_demo

    raise typer.Exit(run_demo(_folder(data) / "demo"))


@app.command()
def sample(
    out: Annotated[
        Path, typer.Option("--out", parser=arguments.path, metavar="DIR", help="Folder for landing/ and registry/")
    ],
    days: Annotated[int, typer.Option(help="Days of logs")] = 60,
    apps: Annotated[int, typer.Option(help="Registered apps")] = 8,
    events: Annotated[int, typer.Option(help="Events a day")] = 20_000,
    seed: Annotated[int, typer.Option(help="Seed of the random logs")] = 1,
    format: Annotated[str, typer.Option(help="ndjson, csv or parquet")] = "ndjson",
    last_day: Annotated[date | None, day_option("--last-day", "Last day [default: yesterday]")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", metavar="", help="Logs without any fault")] = False,
    data: Data = None,
) -> None:
    """Write synthetic logs and a registry, labelled as such."""
    from pipelines.commands.operation.sample import make_sample, yesterday
    from pipelines.sample.write import SampleSpec

    make_sample(out, SampleSpec(days, apps, events, seed, last_day or yesterday(), format, quiet))


@app.command()
def export(
    app_key: Annotated[str | None, typer.Option("--app", help="App key")] = None,
    first: Annotated[date | None, day_option("--from", "First day")] = None,
    last: Annotated[date | None, day_option("--to", "Last day")] = None,
    month: Annotated[
        date | None,
        typer.Option(
            "--month",
            parser=arguments.month,
            metavar="YYYY-MM",
            help="A month: instead of both days with --app, without --app the usage of all apps",
        ),
    ] = None,
    table: Annotated[
        str | None, typer.Option("--table", help="A published table instead of one app; without days, the whole table")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="csv, parquet or xlsx")] = "csv",
    events: Annotated[
        bool, typer.Option("--events", metavar="", help="Masked records instead of the daily detail")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            parser=arguments.path,
            metavar="FILE",
            help="File to write [default: named after app and days, in this folder]",
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Write the detail of one app for any span, the usage of all apps in a month, or a published table."""
    from pipelines.commands.analysis.export import ExportOptions, run_export

    run_export(_folder(data), ExportOptions(app_key, first, last, month, table, format, events, out))


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A log file to read with a source")] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="NAME", help="The source to read FILE with")] = None,
    data: Data = None,
) -> None:
    """Check settings, registry and sources without running; with a file, show its first 20 records as read."""
    from pipelines.commands.check.check import check_file, check_folder

    if source and not file:
        raise typer.BadParameter("needs a FILE to read", param_hint="--source")
    raise typer.Exit(check_file(_folder(data), source, file) if file else check_folder(_folder(data)))


@app.command()
def accept(
    path: Annotated[str, typer.Argument(help="Path under landing/, as in the warning")],
    yes: Annotated[bool, typer.Option("--yes", metavar="", help="Even if a closed day loses records")] = False,
    data: Data = None,
) -> None:
    """Print how many records a held file would remove by day, and accept it; the next run restates the days."""
    from pipelines.commands.operation.accept import accept_file

    accept_file(_folder(data), path, yes)


@app.command()
def alert(
    test: Annotated[bool, typer.Option("--test", metavar="", help="Send a test message to all receivers now")] = False,
    data: Data = None,
) -> None:
    """Send an alert to the receivers in the settings if days are late. Start it with your own timer."""
    from pipelines.commands.operation.alert import run_alert

    raise typer.Exit(run_alert(_folder(data), test))


@app.command()
def dev(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on loopback; 0: any free port")] = 3000,
    data: Data = None,
) -> None:
    """Run Dagster's web server and scheduler on this data folder, on loopback."""
    from pipelines.commands.operation.dev import run_dev

    raise typer.Exit(run_dev(_folder(data), port))


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on loopback; 0: any free port")] = 8650,
    tokens: Annotated[
        Path | None, typer.Option("--tokens", metavar="FILE", help="Tokens and their apps [default: no tokens needed]")
    ] = None,
    new_token: Annotated[
        list[str] | None,
        typer.Option(
            "--new-token", metavar="APP", help="Only make a token for APP, or '*' for the whole site; repeatable"
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Serve the published site on loopback, whole or limited by token to the pages of some apps."""
    if new_token:
        from reports.serve.tokens import print_new_token

        print_new_token(new_token)
    else:
        from reports.serve.server import serve as serve_site

        serve_site(_folder(data), port, tokens)


@app.command()
def verify(
    first: Annotated[
        date | None, typer.Argument(parser=arguments.day, metavar="FROM", help="First day [default: all]")
    ] = None,
    last: Annotated[date | None, typer.Argument(parser=arguments.day, metavar="TO", help="Last day")] = None,
    data: Data = None,
) -> None:
    """Compute the published days again from their parts, and compare every table with the stored and published ones."""
    from pipelines.commands.operation.verify import run_verify

    raise typer.Exit(run_verify(_folder(data), first, last))


@app.command()
def whatif(
    key: Annotated[str, typer.Option("--key", help="device, phone or app: requests are counted for each in an app")],
    most: Annotated[int, typer.Option("--max", help="Largest number of requests in the window")],
    window: Annotated[str, typer.Option("--window", help="day, or seconds from 1 to 86400")],
    first: Annotated[date, day_option("--from", "First day")],
    last: Annotated[date, day_option("--to", "Last day")],
    data: Data = None,
) -> None:
    """Try a limit against repeated verification on stored days: requests blocked, uses saved, successes harmed."""
    from pipelines.commands.analysis.whatif import limit_of, run_whatif

    run_whatif(_folder(data), limit_of(key, most, window), Window(first, last))


# Words that belong to no option are accepted here and refused later: they can be parts of an id, and the library would
# print them in its error.
@app.command(context_settings={"allow_extra_args": True})
def trace(
    context: typer.Context,
    app_key: Annotated[str, typer.Option("--app", metavar="KEY", help="App key")],
    device: Annotated[
        str | None, typer.Option("--device", metavar="ID", help="Device id; - reads it from standard input")
    ] = None,
    phone: Annotated[str | None, typer.Option("--phone", metavar="NUMBER", help="Phone number, as logged")] = None,
    attempt: Annotated[str | None, typer.Option("--attempt", metavar="ID", help="Attempt id")] = None,
    event: Annotated[str | None, typer.Option("--event", metavar="ID", help="Event id of one record")] = None,
    first: Annotated[date | None, day_option("--from", "First day [default: 30 days]")] = None,
    last: Annotated[date | None, day_option("--to", "Last day [default: the last published]")] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Print the stored records of one device, phone, attempt or event by sign-in session, and how each was counted."""
    from pipelines.commands.analysis.trace_id import wanted_of

    wanted = wanted_of({"device": device, "phone": phone, "attempt": attempt, "event": event}, context.args)
    # Imported after the id is hidden, because importing takes half a second.
    from pipelines.commands.analysis.trace import run_trace

    run_trace(_folder(data), app_key, wanted, first, last, as_json=as_json)


@app.command()
def incidents(
    with_parts: Annotated[
        bool, typer.Option("--all", metavar="", help="Also incidents that are part of others")
    ] = False,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """List the published incidents: open ones first, by loss."""
    from pipelines.commands.analysis.incidents import print_incidents

    print_incidents(_folder(data), with_parts=with_parts, as_json=as_json)


@app.command()
def packages(as_json: Json = False, data: Data = None) -> None:
    """List the resource packages by account, as published: what remains, when it runs out, what lapses."""
    from pipelines.commands.analysis.packages import print_packages

    print_packages(_folder(data), as_json=as_json)


@app.command()
def explain(
    now: Annotated[Window, typer.Option("--now", parser=arguments.span, metavar="A..B", help="Days to explain")],
    before: Annotated[
        Window, typer.Option("--before", parser=arguments.span, metavar="A..B", help="Days to compare with")
    ],
    channel: Annotated[
        str | None, typer.Option("--channel", help="The channel of the rate; a rate of sessions needs none")
    ] = None,
    app_key: Annotated[
        str | None, typer.Option("--app", metavar="KEY", help="App key [default: all apps together]")
    ] = None,
    metric: Annotated[str | None, typer.Option("--metric", help="The rate [default: the channel's first]")] = None,
    as_json: Annotated[bool, typer.Option("--json", metavar="", help="For programs, with every cell")] = False,
    data: Data = None,
) -> None:
    """Split the change of a rate by platform, carrier, SDK version, vendor, scheme and more."""
    from pipelines.commands.analysis.explain import ExplainRequest, print_explained

    print_explained(_folder(data), ExplainRequest(channel, now, before, app_key, metric), as_json=as_json)


@app.command()
def status(
    as_json: Annotated[
        bool, typer.Option("--json", metavar="", help="For programs: the current fields of status.json")
    ] = False,
    data: Data = None,
) -> None:
    """Report the state: published days, late days, the last error and its cause, and what to do."""
    from pipelines.commands.operation.status import print_status

    raise typer.Exit(print_status(_folder(data), as_json))


def _as_in_json(error: UnicodeError) -> tuple[str, int]:
    """Handle letters that an encoding lacks, for `codecs.register_error`: escape them as JSON does."""
    import json

    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def main() -> None:
    """Run the command line and end the process; the exit codes are listed at the top of this module."""
    # Objects of Dagster and the libraries live until the end: collecting garbage among them, and once more at the end,
    # takes a fifth of the time of a run with nothing new.
    gc.set_threshold(500_000)
    atexit.register(gc.freeze)
    # NumPy's threads for matrices are not needed, and would wait in a busy loop.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # The encoding of a terminal can lack letters of app names: a run that published must not end as failed for that.
    # They are escaped as in JSON, because commands also print JSON.
    codecs.register_error("as_in_json", _as_in_json)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="as_in_json")
    try:
        with ends_in_order(signal.SIGINT):
            app(prog_name="authmeter")
    except AuthmeterError as error:
        print(f"authmeter: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:  # before Typer runs the command, or after it
        print(f"authmeter: {STOPPED}", file=sys.stderr)
        sys.exit(1)
    except Exception as error:  # so that bugs do not print a traceback either
        from pipelines.commands.unforeseen import unforeseen

        print(f"authmeter: {unforeseen(error)}", file=sys.stderr)
        sys.exit(1)
