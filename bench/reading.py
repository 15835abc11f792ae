"""Measures the reading of files: forms, bad lines, rejected records, many small files, and a run with nothing new.

Each function returns the rows of one table. `forms.py` makes the files.
"""

from collections.abc import Sequence

from bench.contestants import answer, authmeter, peer, published_records, rejected_records, same
from bench.forms import FORMS, SOURCES, in_form, in_small_files, with_bad_lines, with_old_records
from bench.inputs import Cache, Logs, warm
from bench.measure import Run
from bench.scenarios import stage_medians
from bench.tables import Row, Target, peak_gb, ratio, timed, user_middle

FORM_LIMIT, SMALL_FILES_LIMIT, NOTHING_NEW_LIMIT = 6.0, 2.0, 1.5
ONE_BAD_LINE_LIMIT, BAD_LINES_LIMIT, REJECTED_LIMIT = 1.1, 1.5, 1.5
BAD_SHARE, REJECTED_SHARE = 0.01, 0.599


def by_form(cache: Cache, small: Logs, large: Logs, rounds: int, forms: Sequence[str] = tuple(FORMS)) -> list[Row]:
    """Measure the user CPU of added records in each form, which is a run on `large` minus a run on `small`.

    The yardstick is DuckDB's own reader with one GROUP BY.

    Raises:
        BenchError: the number of records differs between the forms.
    """
    rows = []
    counted: tuple[set[str], set[str]] = (set(), set())
    for name in forms:
        ours: tuple[list[Run], list[Run]] = ([], [])
        duckdbs: tuple[list[Run], list[Run]] = ([], [])
        for _ in range(rounds):
            for size, logs in enumerate((small, large)):
                our, duckdb, found = _read(cache, logs, name)
                ours[size].append(our)
                duckdbs[size].append(duckdb)
                counted[size].add(found)
                same(f"the records of {name} and of the forms before it", counted[size])
        (added, added_words), (duckdb_added, duckdb_words) = _added(*ours), _added(*duckdbs)
        times = ratio(added, duckdb_added)
        measured, peak = f"{added_words}, DuckDB {duckdb_words}", f"{peak_gb(ours[1]):.2f} GB"
        rows.append(Row(name, measured, f"{times:.2f}", peak, Target(times, FORM_LIMIT)))
    return rows


def _read(cache: Cache, logs: Logs, form: str) -> tuple[Run, Run, str]:
    """Run the project and DuckDB's own reader on one form of a sample; return both runs and a text with the counts."""
    file, source = in_form(logs, form), FORMS[form].source
    warm([file])
    with cache.data(logs, {FORMS[form].landed: file}, sources=[SOURCES / source] if source else ()) as data:
        ours = authmeter(data, logs.days[-1])
        published = published_records(data)
    duckdb = peer("own_reader", form, file)
    return ours, duckdb, f"{published:,} published of {answer(duckdb)}"


def _added(small: Sequence[Run], large: Sequence[Run]) -> tuple[float, str]:
    """Return the median user CPU of the runs on `large` minus that of the runs on `small`, in seconds and as a text."""
    before, after = user_middle(small), user_middle(large)
    return after - before, f"{after - before:+.2f} s ({before:.2f} → {after:.2f})"


def bad_lines(cache: Cache, logs: Logs, rounds: int) -> list[Row]:
    """Measure the `run` command on a file with one bad line, and with 1 % bad lines, against the file without any."""
    files = [logs.files[0], with_bad_lines(logs, 0), with_bad_lines(logs, BAD_SHARE)]
    runs: list[list[Run]] = [[], [], []]
    published = set()
    for _ in range(rounds):
        warm(files)
        for file, measured in zip(files, runs, strict=True):
            with cache.data(logs, {"day.ndjson": file}) as data:
                measured.append(authmeter(data, logs.days[-1]))
                published.add(published_records(data))
    same("the good records between bad ones", published)
    clean, one, many = runs
    return [
        timed("the clean file (the yardstick)", clean, clean),
        timed("with one bad line", one, clean, ONE_BAD_LINE_LIMIT),
        timed(f"with {BAD_SHARE:.0%} bad lines", many, clean, BAD_LINES_LIMIT),
    ]


def rejected(cache: Cache, logs: Logs, rounds: int) -> list[Row]:
    """Measure the `run` command on a file in which six of ten records are too old, against the same file with none too
    old.

    Raises:
        BenchError: the number of rejected records is not as expected.
    """
    old, count = with_old_records(logs, REJECTED_SHARE)
    files = {logs.files[0]: 0, old: count}
    runs: list[list[Run]] = [[], []]
    for _ in range(rounds):
        warm(files)
        for (file, expected), measured in zip(files.items(), runs, strict=True):
            with cache.data(logs, {"day.ndjson": file}) as data:
                measured.append(authmeter(data, logs.days[-1]))
                same("the rejected records", [expected, rejected_records(data)])
    (none, many), (read, read_many) = map(user_middle, runs), (stage_medians(some)["ingest"] for some in runs)
    return [
        Row(f"user CPU, with none rejected {none:.2f} s, with {count:,}", f"{many:.2f} s", f"{many / none:.2f}",
            f"{peak_gb(runs[1]):.2f} GB", Target(many / none, REJECTED_LIMIT)),
        Row(f"reading by the clock, with none rejected {read:.2f} s", f"{read_many:.2f} s", f"{read_many / read:.2f}",
            target=Target(read_many / read, REJECTED_LIMIT)),
    ]  # fmt: skip


def many_files(cache: Cache, logs: Logs, count: int, rounds: int) -> list[Row]:
    """Measure the `run` command on the same records in one file and in many small files, and a second run on both.

    The second run has nothing new. On one file, it is compared with an empty Dagster job of ten steps in one process.
    """
    small_files = in_small_files(logs, count)
    landings = [{"day.ndjson": logs.files[0]}, {f"day/{file.name}": file for file in small_files}]
    fresh: list[list[Run]] = [[], []]
    idle: list[list[Run]] = [[], []]
    empty: list[Run] = []
    published = set()
    with cache.data(logs, {}) as home:
        peer("empty_dagster", home)
        for _ in range(rounds):
            for landing, first, again in zip(landings, fresh, idle, strict=True):
                warm(landing.values())
                with cache.data(logs, landing) as data:
                    first.append(authmeter(data, logs.days[-1]))
                    published.add(published_records(data))
                    again.append(authmeter(data, logs.days[-1]))
            empty.append(peer("empty_dagster", home))
    same("the records of one file and of many", published)
    return [
        timed("one file (the yardstick)", fresh[0], fresh[0]),
        timed(f"the same records in {count:,} files", fresh[1], fresh[0], SMALL_FILES_LIMIT),
        timed("empty Dagster job, ten steps, one process (the next one's yardstick)", empty, empty),
        timed("nothing new, one known file", idle[0], empty),
        timed(f"nothing new, {count:,} known files, against one", idle[1], idle[0], NOTHING_NEW_LIMIT),
    ]
