"""``graphspec datasets``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click
from rich.console import RenderableType

from graphspec.analyses.datasets import COLUMNS, DatasetReport, list_table, verification_table
from graphspec.catalogue import Catalogue, Dataset, Status, fetch_dataset, open_catalogue, verify_dataset
from graphspec.cli._console import TerminalConsole
from graphspec.cli._errors import FailedInputsError, report_error
from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import DeclaredOption, Writing, talk_options, writing_options
from graphspec.cli._writing import write_text
from graphspec.errors import GraphspecError
from graphspec.output import csv_text, json_line

catalogue_option = click.option(
    "--catalogue", metavar="FILE", cls=DeclaredOption, group="Reading", help="Further datasets, in YAML."
)


@click.group("datasets")
def command() -> None:
    """List the datasets that commands take by name, show, fetch and verify them.

    A file is looked for in the folders that GRAPHSPEC_DATA names, then in the cache, to which `fetch` downloads it
    (GRAPHSPEC_CACHE, or the user's cache folder). Names are compared without regard to case. Beside those of the list
    there are netzschleuder:NAME, konect:NAME and suitesparse:GROUP/NAME, as these repositories call their networks. A
    catalogue of your own extends the list: --catalogue FILE, or the variable GRAPHSPEC_CATALOGUE. It is a file in YAML,
    whose paths are relative to it:

    \b
      datasets:
        my-web: {path: graphs/web.txt.gz, kind: web, description: links of 2024}
        roads: {url: "https://example.org/roads.zip", reading: {member: roads.csv}}

    \b
    Examples:
      graphspec datasets list --kind road
      graphspec datasets fetch com-Youtube && graphspec spectrum com-Youtube
      graphspec datasets fetch suitesparse:HB/494_bus netzschleuder:polbooks
    """


@command.command("list", cls=GroupedCommand, short_help="List the datasets of the catalogue.")
@click.argument("pattern", required=False, default="*")
@click.option("--kind", "kinds", multiple=True, cls=DeclaredOption, group="Answer", help="Only those of a kind.")
@click.option("--local", is_flag=True, cls=DeclaredOption, group="Answer", help="Only those on this machine.")
@catalogue_option
@writing_options
def list_command(pattern: str, kinds: tuple[str, ...], local: bool, catalogue: str | None, writing: Writing) -> None:
    """List the datasets of the catalogue; PATTERN chooses names, as in "ca-*"."""
    known = open_catalogue(catalogue)
    reports = [DatasetReport.of(dataset) for dataset in known.matching(kinds, pattern)]
    chosen = [each for each in reports if not local or each.state != "remote"]
    if not chosen:
        raise GraphspecError(_nothing_chosen(known, pattern, kinds, local))
    _write(writing, [each.record() for each in chosen], [each.row() for each in chosen], [list_table(chosen)])


@command.command("show", cls=GroupedCommand, short_help="Show what the catalogue says of datasets.")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@catalogue_option
@writing_options
def show_command(names: tuple[str, ...], catalogue: str | None, writing: Writing) -> None:
    """Show what the catalogue says of datasets: description, citation, licence, address, sizes."""
    known = open_catalogue(catalogue)
    reports = [DatasetReport.of(known.get(name)) for name in names]
    _write(writing, [each.record() for each in reports], [each.row() for each in reports], [r.table() for r in reports])


@command.command("fetch", cls=GroupedCommand, short_help="Download the files of datasets.")
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@catalogue_option
@talk_options
def fetch_command(names: tuple[str, ...], catalogue: str | None, verbose: bool, quiet: bool) -> None:
    """Download the files of datasets into the cache, unless they are on this machine, and print their paths.

    A download that was cut off goes on where it ended. Nothing is left under the final name but a whole file.
    """
    console = TerminalConsole(Writing(verbose=verbose, quiet=quiet))

    def fetch(dataset: Dataset) -> None:
        with console.bar(dataset.name, "B") as progress:
            path = fetch_dataset(dataset, progress)
        click.echo(f"{dataset.name}\t{'shipped' if path is None else path}")

    _for_each(names, catalogue, fetch)


@command.command("verify", cls=GroupedCommand, short_help="Compare files with the catalogue.")
@click.argument("names", metavar="[NAME...]", nargs=-1)
@catalogue_option
@writing_options
def verify_command(names: tuple[str, ...], catalogue: str | None, writing: Writing) -> None:
    """Compare files with the catalogue: checksums, or else the numbers of vertices and edges.

    Without a name, all datasets on this machine are compared. The exit code is 1 if a file differs or is missing.
    """
    known, console = open_catalogue(catalogue), TerminalConsole(writing)
    everything = [each.name for each in known.datasets if DatasetReport.of(each).state != "remote"]
    results = []

    def verify(dataset: Dataset) -> None:
        with console.bar(dataset.name, "B") as progress:
            results.append(verify_dataset(dataset, progress))

    failed = _for_each(names or tuple(everything), catalogue, verify, end=False)
    keys = ("name", "status", "path", "message")
    rows = [[each.dataset.name, each.status.value, each.path and str(each.path), each.message] for each in results]
    records = [dict(zip(keys, row, strict=True)) for row in rows]
    if results:
        _write(writing, records, rows, [verification_table(results)], keys)
    if failed or any(each.status in (Status.MISSING, Status.DIFFERENT) for each in results):
        raise FailedInputsError


def _nothing_chosen(known: Catalogue, pattern: str, kinds: tuple[str, ...], local: bool) -> str:
    """Return the message that no dataset is as was asked for."""
    there = sorted({each.entry.kind for each in known.datasets if each.entry.kind})
    wrong = [kind for kind in kinds if kind not in there]
    if wrong:
        return f"there is no kind {wrong[0]}: kinds are {', '.join(there)}"
    if not known.matching(names=pattern):
        return f"no dataset is called {pattern}{known.suggestion(pattern)}"
    asked = [f"of kind {' or '.join(kinds)}"] if kinds else []
    asked += [f"called {pattern}"] if pattern != "*" else []
    asked += ["on this machine"] if local else []
    return f"there is no dataset {', '.join(asked)}"


def _for_each(
    names: Iterable[str], catalogue: str | None, work: Callable[[Dataset], None], *, end: bool = True
) -> bool:
    """Do something with every dataset; one that fails is reported, and the others are still done."""
    known, failed = open_catalogue(catalogue), False
    for name in names:
        try:
            work(known.get(name))
        except GraphspecError as error:
            failed = True
            report_error(str(error))
    if failed and end:
        raise FailedInputsError
    return failed


def _write(
    writing: Writing,
    records: Sequence[dict[str, Any]],
    rows: Sequence[Sequence[Any]],
    tables: list[RenderableType],
    columns: Sequence[str] = COLUMNS,
) -> None:
    """Write records, rows or tables, as is asked for."""
    if writing.format == "json":
        write_text(writing, "".join(map(json_line, records)))
    elif writing.format == "csv":
        write_text(writing, csv_text(columns, rows))
    else:
        write_text(writing, tables)
