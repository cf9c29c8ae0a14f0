"""The command line: a group of commands, each a file of its own, and the one place where errors become messages."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from enum import IntEnum
from importlib import import_module
from types import FrameType
from typing import NoReturn

import click

from graphspec._version import __version__
from graphspec.cli._errors import FailedInputsError, Terminated, report_error
from graphspec.errors import GraphspecError
from graphspec.files import ClosedPipeError
from graphspec.machine import kernel_name, one_blas_thread

COMMANDS = {
    "Look": {
        "info": "Say how large a graph is, and what was dropped.",
        "spectrum": "Show what the spectrum of a graph looks like.",
    },
    "Count": {
        "clusters": "Say how many clusters a graph has.",
        "count": "Count the eigenvalues in an interval.",
    },
    "Sum": {
        "functional": "Sum a function over the spectrum: entropy, spanning trees, heat trace.",
        "logdet": "Estimate the log-determinant of a matrix or graph.",
    },
    "Compare": {
        "features": "Write one row of features for every graph.",
        "compare": "Say how far the spectra of graphs are apart.",
        "fit": "Fit a random-graph model to the spectrum of a graph.",
        "classify": "Say which random-graph model explains a graph.",
    },
    "Look at vertices": {
        "vertices": "Give every vertex a number: heat, return, centrality.",
        "embed": "Give every vertex coordinates by eigenvectors.",
    },
    "Other operators": {
        "hessian": "Show the spectrum of the Hessian of a neural network.",
    },
    "Many graphs": {
        "batch": "Run commands on many graphs as a plan says.",
        "report": "Make a page of the results of a batch.",
        "datasets": "List, fetch and verify the graphs that have a name.",
    },
    "Share the work": {
        "sketch": "Make the pass over a graph and save its result.",
        "merge": "Unite sketches of one graph.",
        "convert": "Write a graph as a file that opens at once.",
        "generate": "Make a random graph and write its edge list.",
    },
}
"""Commands by what they are for, with a line each, so that ``--help`` imports none of them."""


class ExitCode(IntEnum):
    """Exit codes of the command line; after a signal, 128 plus its number, as shells have it."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    INTERRUPTED = 130
    TERMINATED = 143


class LazyGroup(click.Group):
    """Imports a command when it is asked for: ``--help`` and completion do not wait for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return [name for commands in COMMANDS.values() for name in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        # The one door through which the library is imported late.
        command: click.Command = import_module(f"graphspec.cli.{cmd_name}").command
        ctx.with_resource(one_blas_thread())  # not before: the command brings the libraries
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands under what they are for."""
        for heading, commands in COMMANDS.items():
            with formatter.section(heading):
                formatter.write_dl(list(commands.items()))


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001
    if value:
        click.echo(f"graphspec {__version__} ({kernel_name()} kernel)")
        ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Show the version."
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def group(debug: bool) -> None:
    """Say what the Laplacian spectrum of a very large graph tells about it, with error bars.

    INPUT is a path to an edge list (.txt .tsv .csv .edges) or matrix (.mtx .npz .mat), also compressed,
    - for standard input, the name of a dataset, a graph file that convert wrote, or a saved sketch.

    \b
    Examples:
      graphspec spectrum edges.txt.gz
      graphspec clusters *.txt.gz --format csv | sort -t, -k5 -n
      graphspec count edges.txt.gz --to 0.1 --format json | jq .result.count
      graphspec sketch edges.txt.gz -o web.npz && graphspec spectrum web.npz --plot web.png

    Shell completion: eval "$(_GRAPHSPEC_COMPLETE=bash_source graphspec)", or zsh_source, fish_source.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong usage, 130 interrupted, 143 terminated."""
    code = run(arguments)
    if code == ExitCode.INTERRUPTED:
        # An interrupt that came in a string that was executed, as imports do, lets Python end itself by the signal.
        _drop_output()
        os._exit(code)
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; every error becomes one message here."""
    _on_termination()
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words[:1]
    try:
        group.main(args=words, prog_name="graphspec", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except click.UsageError as error:
        error.show()
        return ExitCode.USAGE
    except click.ClickException as error:
        return _fail(error.format_message(), debug)
    except FailedInputsError:
        return ExitCode.FAILED
    except GraphspecError as error:
        return _fail(str(error), debug)
    except (BrokenPipeError, ClosedPipeError):
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        return _fail(": ".join(str(part) for part in (error.filename, error.strerror or error) if part), debug)
    except MemoryError:
        return _fail("not enough memory for this graph and these options", debug)
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return ExitCode.INTERRUPTED
    except Terminated:
        _say("terminated")
        return ExitCode.TERMINATED
    return 0


def _say(message: str) -> None:
    click.echo(f"graphspec: {message}", err=True)


def _fail(message: str, debug: bool) -> int:
    report_error(message, debug=debug)
    return ExitCode.FAILED


def _drop_output() -> None:
    """Let the interpreter flush what is left of standard output into nothing, not into a closed pipe or full disk."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _on_termination() -> None:
    def stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise Terminated

    try:
        signal.signal(signal.SIGTERM, stop)
    except ValueError:
        # Not the main thread: whoever runs the command there decides about signals.
        return
