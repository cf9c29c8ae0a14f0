"""The command line: a group of commands, each a file of its own, and the one place where errors become messages."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from graphspec._version import __version__
from graphspec.errors import GraphspecError
from graphspec.files import ClosedPipeError
from graphspec.machine import kernel_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

COMMANDS = (
    "info",
    "spectrum",
    "clusters",
    "count",
    "compare",
    "fit",
    "classify",
    "sketch",
    "merge",
    "generate",
    "convert",
)

_EXIT_FAILED, _EXIT_USAGE, _EXIT_INTERRUPTED, _EXIT_TERMINATED = 1, 2, 130, 143


class Terminated(BaseException):
    """SIGTERM arrived: unwinds like Ctrl-C, so that temporary files are removed."""


class FailedInputsError(GraphspecError):
    """Some inputs failed and were reported already; the others are done."""


class LazyGroup(click.Group):
    """Imports a command when it is asked for, so that ``--help`` and completion do not wait for the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"graphspec.cli.{cmd_name}").command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="graphspec", message=f"%(prog)s %(version)s ({kernel_name()} kernel)")
def group() -> None:
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
    if code == _EXIT_INTERRUPTED:
        # An interrupt that came in a string that was executed, as imports do, lets Python end itself by the signal.
        _drop_output()
        os._exit(code)
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; every error becomes one message here."""
    _on_termination()
    try:
        group.main(args=None if arguments is None else list(arguments), prog_name="graphspec", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except click.UsageError as error:
        error.show()
        return _EXIT_USAGE
    except click.ClickException as error:
        return _fail(error.format_message())
    except FailedInputsError:
        return _EXIT_FAILED
    except GraphspecError as error:
        return _fail(str(error))
    except (BrokenPipeError, ClosedPipeError):
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        return _fail(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
    except MemoryError:
        return _fail("not enough memory for this graph and these options")
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return _EXIT_INTERRUPTED
    except Terminated:
        _say("terminated")
        return _EXIT_TERMINATED
    return 0


def _say(message: str) -> None:
    click.echo(f"graphspec: {message}", err=True)


def _fail(message: str) -> int:
    _say(f"error: {message}")
    return _EXIT_FAILED


def _drop_output() -> None:
    """Let the interpreter flush what is left of standard output into nothing, not into a closed pipe or full disk."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _on_termination() -> None:
    def stop(signum: int, frame: FrameType | None) -> Any:  # noqa: ARG001
        raise Terminated

    try:
        signal.signal(signal.SIGTERM, stop)
    except ValueError:
        # Not the main thread: whoever runs the command there decides about signals.
        return
