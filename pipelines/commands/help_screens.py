"""Changes Typer: the option `--help` is listed without a value type, like other switches, and Ctrl-C ends a command
with a message.
"""

from typing import Any

import typer
from typer.core import TyperGroup

from pipelines.common.errors import AuthmeterError
from pipelines.common.process.ending import end_noticed

STOPPED = "stopped; the last good report stays published"


class Commands(TyperGroup):
    """The group of all commands: `--help` is listed without a value type, and Ctrl-C ends a command with a message."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Raises AuthmeterError if Ctrl-C was pressed."""
        # Without this error, Typer would end without a message, and with an exit code other than 1.
        try:
            with end_noticed():
                try:
                    return super().invoke(ctx)
                except typer.Exit as done:
                    exit = done
        except KeyboardInterrupt:
            raise AuthmeterError(STOPPED) from None
        # Typer ends a command that did its work by this exception, in whose place no other may be raised.
        raise exit

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option of the list of commands."""
        return _as_switch(super().get_help_option(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by its name, with its help option changed."""
        command = super().get_command(ctx, cmd_name)
        if command:
            _as_switch(command.get_help_option(ctx))
        return command


def _as_switch(option: Any) -> Any:
    if option:
        option.metavar = ""
    return option
