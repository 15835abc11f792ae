"""The module that `dagster dev` loads."""

import dagster as dg

from pipelines.common.errors import AuthmeterError
from pipelines.contract.settings.data_folder import data_folder
from pipelines.contract.settings.settings import Settings, load_settings
from pipelines.orchestration.definitions.code_location import build_definitions
from pipelines.orchestration.definitions.resource import DataFolder


@dg.definitions
def definitions() -> dg.Definitions:
    """Return Dagster's definitions for the data folder that the environment names. Importing this module reads nothing.

    If the settings cannot be read, the schedule has the default time, and each run fails with that error.
    """
    try:
        settings = load_settings(data_folder(None))
    except (AuthmeterError, OSError):
        settings = Settings()
    return build_definitions(DataFolder(), settings)
