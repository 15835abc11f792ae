"""Changes Typer's help screens: the option `--help` is listed without a value type, like other switches."""

from typing import Any

from typer.core import TyperGroup


class Commands(TyperGroup):
    """The group of commands. The empty metavar of `--help` hides its type, as for other switches."""

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
