"""Help texts: options in groups, with their defaults in a column."""

from __future__ import annotations

import inspect
import textwrap

import click

from graphspec.cli._options import DeclaredOption

GROUPS = ("Answer", "Model", "Matrix", "Problem", "Training", "Accuracy", "Graph", "Reading", "Resources", "Output")
"""Headings in the order in which help lists them."""


class GroupedCommand(click.Command):
    """A command whose help lists options in groups: name, default and meaning in columns.

    Attributes
    ----------
    widest_name
        Characters of the name of an option; longer ones have a line of their own.
    narrowest_meaning
        Characters of a line of the meaning; where there are fewer, it stands below its option.
    """

    widest_name = 22
    narrowest_meaning = 30

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        r"""Write the description; paragraphs that begin with ``\b`` keep their lines, flags are not broken."""
        for paragraph in inspect.cleandoc(self.help or "").split("\n\n"):
            formatter.write("\n")
            first, _, lines = paragraph.partition("\n")
            text = lines if first == "\b" else _filled(paragraph, formatter.width - 2)
            formatter.write(textwrap.indent(text, "  ") + "\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under the headings of their groups."""
        groups: dict[str, list[tuple[str, str, str]]] = {name: [] for name in GROUPS}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None or not isinstance(parameter, click.Option):
                continue
            group = parameter.group if isinstance(parameter, DeclaredOption) else "Output"
            default = parameter.default_text if isinstance(parameter, DeclaredOption) else ""
            # What is required stands in the column of defaults.
            groups.setdefault(group, []).append((record[0], default, record[1].removesuffix("  [required]")))
        rows = [row for group in groups.values() for row in group]
        names = max(len(row[0]) for row in rows if len(row[0]) <= self.widest_name)
        defaults = max(len("default"), *(len(row[1]) for row in rows))
        column = "default"
        for group, members in groups.items():
            if members:
                formatter.write(f"\n{group + ':':<{names + 4}}{column}".rstrip() + "\n")
                for row in members:
                    formatter.write("\n".join(self._lines(row, names, defaults, formatter.width)) + "\n")
                column = ""  # it has a heading once

    def _lines(self, row: tuple[str, str, str], names: int, defaults: int, width: int) -> list[str]:
        """Return the lines of one option: name, default, and the meaning beside them."""
        name, default, meaning = row
        start = f"  {name:<{names}}  {default:<{defaults}}  "
        indent = 2 + names + 2 + defaults + 2
        if width - indent < self.narrowest_meaning:
            return [start.rstrip(), textwrap.indent(_filled(meaning, width - 6), " " * 6)]
        if len(name) > names:
            return [f"  {name}", *self._lines(("", default, meaning), names, defaults, width)]
        first, *others = _filled(meaning, width - indent).splitlines()
        return [start + first, *(" " * indent + line for line in others)]


def _filled(text: str, width: int) -> str:
    """Return a text in lines of at most `width` characters; flags such as ``--num-probes`` are not broken."""
    return textwrap.fill(text.replace("\n", " "), width, break_on_hyphens=False)
