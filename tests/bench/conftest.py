"""One small sample for all tests of the benchmark."""

import pytest

from bench.inputs import Cache, Logs


@pytest.fixture(scope="package")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="package")
def logs(cache: Cache) -> Logs:
    return cache.logs(days=1, apps=5, events=1000)
