"""Help that can be read: options in groups with their defaults in a column, and a plain usage line."""

from __future__ import annotations

import textwrap

import click

from graphspec.cli._options import DeclaredOption

GROUPS = ("Answer", "Model", "Accuracy", "Graph", "Reading", "Resources", "Output")
"""Headings in the order in which help lists them."""

_WIDEST_NAME = 34  # longer names of options have a line of their own


class GroupedCommand(click.Command):
    """A command whose help lists options in groups: name, default and meaning in columns."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under the headings of their groups."""
        groups: dict[str, list[tuple[str, str, str]]] = {name: [] for name in GROUPS}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None or not isinstance(parameter, click.Option):
                continue
            group = parameter.group if isinstance(parameter, DeclaredOption) else "Output"
            default = parameter.default_text if isinstance(parameter, DeclaredOption) else ""
            groups.setdefault(group, []).append((record[0], default, record[1]))
        rows = [row for group in groups.values() for row in group]
        names = min(max(len(row[0]) for row in rows), _WIDEST_NAME)
        defaults = max(len("default"), *(len(row[1]) for row in rows))
        for group, members in groups.items():
            if members:
                with formatter.section(group):
                    for row in members:
                        formatter.write("\n".join(_lines(row, names, defaults, formatter.width)) + "\n")


def _lines(row: tuple[str, str, str], names: int, defaults: int, width: int) -> list[str]:
    """Return the lines of one option: name, default, and the meaning beside them."""
    name, default, meaning = row
    start = f"  {name:<{names}}  {default:<{defaults}}  "
    room = max(20, width - 2 - names - 2 - defaults - 2)
    wrapped = textwrap.wrap(meaning, room) or [""]
    if len(name) > names:
        return [f"  {name}", *_lines(("", default, meaning), names, defaults, width)]
    return [(start + wrapped[0]).rstrip(), *(" " * len(start) + line for line in wrapped[1:])]
