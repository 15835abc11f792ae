"""Made-up data for tests, one module for each purpose.

Which module to use:

- a few records that a test names itself, in a data folder: `tests.support` (`record`, `records`, `DataFolder`);
- a folder that the command line published, for tests of commands: the fixtures of `tests.published_folder`;
- many small logs that repeat and contradict each other, for properties and trials: `small_logs`;
- files of log shippers, with the expected result of each line: `shipped_lines`;
- logs with everything that the site shows, run twice, to read the pages back: `site_logs`;
- a published database without a run, for the reports: `published_tables`;
- three weeks of logs with a daily and weekly rhythm, for faults in a whole run: `daily_rhythm`;
- books and counts of many days without logs, for faults of the data: `simulated_days`.

`lab/worlds` draws its own logs: it shares no code with the product or with these modules. `bench/published.py` makes
the large database of the benchmark, and `authmeter sample` the logs that a reader may try.
"""
