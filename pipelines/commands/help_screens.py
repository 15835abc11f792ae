"""How the help screens of the commands look, where the library would have it otherwise."""

from typing import Any

from typer.core import TyperGroup


class Commands(TyperGroup):
    """The commands; their help screens give `--help` no type: it is a switch, like those with an empty metavar."""

    def get_help_option(self, ctx: Any) -> Any:
        """The switch of the list of commands."""
        return _as_switch(super().get_help_option(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name."""
        command = super().get_command(ctx, cmd_name)
        if command:
            _as_switch(command.get_help_option(ctx))
        return command


def _as_switch(option: Any) -> Any:
    if option:
        option.metavar = ""
    return option
