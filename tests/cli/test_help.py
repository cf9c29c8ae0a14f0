"""Help: commands and options in groups, defaults in a column, as wide as the terminal; messages name flags."""

import re
import subprocess
import sys
from importlib.util import find_spec

import pytest

from graphspec.analyses.count import CountOptions
from graphspec.cli import COMMANDS, run
from graphspec.cli._flags import flag_of, in_flags
from graphspec.cli._help import GROUPS
from graphspec.options import Switch, declarations, default_of

PARTS = {"datasets": ("list", "show", "fetch", "verify")}  # commands that are groups of commands
NAMES = [
    f"{name} {part}".strip()
    for commands in COMMANDS.values()
    for name in commands
    for part in PARTS.get(name, ("",))
    if name != "hessian" or find_spec("torch")  # an extra
]
ENTRY = re.compile(r"^  (-[^ ]+(?: [^ ]+)*)(?:  +(.*))?$")  # an option, and what stands beside it


@pytest.fixture
def help_of(capfd, monkeypatch):
    """Return the lines of help of a command at a width of the terminal."""

    def asking(name, columns=100):
        monkeypatch.setenv("COLUMNS", str(columns))
        code = run([*name.split(), "--help"])
        captured = capfd.readouterr()
        assert (code, captured.err) == (0, "")
        return captured.out.splitlines()

    return asking


def group_lines(lines):
    """Return the lines under every heading of options."""
    groups, current = {}, None
    for line in lines:
        heading = re.match(r"^(\w+):( +default)?$", line)
        if heading:
            current = groups.setdefault(heading[1], [])
        elif current is not None and line:
            current.append(line)
    return groups


def meaning_of(lines, flag):
    """Return default and meaning of an option in words, wherever the lines are broken."""
    start = next(index for index, line in enumerate(lines) if re.match(rf"^  (-\w, )?{flag}\b", line))
    words = [lines[start]]
    for line in lines[start + 1 :]:
        if not line.startswith("      "):
            break
        words.append(line)
    return " ".join(" ".join(words).split())


def test_commands_stand_in_groups(help_of):
    lines = help_of("")
    for heading, commands in COMMANDS.items():
        place = lines.index(f"{heading}:")
        listed = [line.split()[0] for line in lines[place + 1 : place + 1 + len(commands)]]
        assert listed == list(commands)


@pytest.mark.parametrize("name", NAMES)
def test_options_stand_in_groups_in_order(help_of, name):
    groups = group_lines(help_of(name))
    assert [group for group in groups if group in GROUPS] == [group for group in GROUPS if group in groups]
    assert "Output" in groups or name == "convert"
    assert any("--help" in line for line in groups["Output"])


def test_every_option_is_in_its_group(help_of):
    groups = group_lines(help_of("count"))
    for name, declared in declarations(CountOptions).items():
        assert any(line.startswith(f"  {flag_of(name, declared)}") for line in groups[declared.group]), name


@pytest.mark.parametrize("name", NAMES)
def test_meanings_begin_in_one_column_and_the_heading_stands_above_the_defaults(help_of, name):
    lines = help_of(name)
    (heading,) = [line for line in lines if line.endswith(" default")]
    column = heading.index("default")
    options = [line for line in lines[lines.index(heading) + 1 :] if ENTRY.match(line)]
    meanings = set()
    for line in options:
        match = ENTRY.match(line)
        if len(match[1]) <= 22 and match[2]:
            _, gap, meaning = line[column:].partition("  ")
            assert line[:column].endswith("  ")
            meanings.add(len(line) - len(meaning.lstrip()) if gap else column)
    assert len(meanings) == 1


def test_defaults_are_those_of_the_declarations(help_of):
    lines = help_of("count", 200)
    for name, declared in declarations(CountOptions).items():
        default = default_of(CountOptions, name)
        if isinstance(declared.constraint, Switch):
            continue
        shown = declared.default_help or ("" if default is None else str(default))
        assert re.search(
            rf"^  {flag_of(name, declared)} \S+ +{re.escape(shown)} +{declared.help[:10]}", "\n".join(lines), re.M
        )


def test_what_is_required_is_said_in_the_column_of_defaults(help_of):
    assert meaning_of(help_of("fit"), "--model").startswith("--model NAME required Model to fit: er, ws")
    assert "[required]" not in "\n".join(help_of("fit"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_help_is_as_wide_as_the_terminal(help_of, name, columns):
    lines = help_of(name, columns)
    # Lines of shell commands are not broken.
    lines = [line for line in lines if not re.match(r"^    (graphspec|zcat) ", line)]
    assert max(map(len, lines)) <= columns


def test_a_wide_terminal_is_used(help_of):
    assert sum(bool(line) for line in help_of("clusters", 120)) < sum(bool(line) for line in help_of("clusters", 80))


@pytest.mark.parametrize("name", NAMES)
def test_flags_are_not_broken_at_their_hyphens(help_of, name):
    for columns in (60, 70, 80, 90, 100):
        assert not [line for line in help_of(name, columns) if re.search(r"\w-$", line)]


def test_meanings_stand_below_their_options_in_a_narrow_terminal(help_of):
    lines = help_of("count", 60)
    place = lines.index("  --num-moments N         100")
    assert lines[place + 1] == "      Chebyshev moments."


@pytest.mark.parametrize("name", NAMES)
def test_ranges_are_not_shown(help_of, name):
    text = "\n".join(help_of(name))
    assert "<=" not in text
    assert "18446744073709551615" not in text


@pytest.mark.parametrize("words", [["--help"], ["count", "--help"], ["info", "karate"]])
def test_a_pipe_gets_plain_text(words):
    command = [sys.executable, "-m", "graphspec", *words]
    output = subprocess.run(command, capture_output=True, check=True).stdout
    assert output
    assert b"\x1b" not in output


# --- messages of the library as the command line has them


@pytest.mark.parametrize(
    ("message", "kind", "words"),
    [
        ("`num_probes` must be many", None, "--num-probes must be many"),
        ("`low` (3) is above `high` (2)", CountOptions, "--from (3) is above --to (2)"),
        ("`low` (3) is above `high` (2)", None, "--low (3) is above --high (2)"),
        ("without names it stays as it is", CountOptions, "without names it stays as it is"),
        ("an `a b` is no name", None, "an `a b` is no name"),
    ],
)
def test_names_in_messages_become_flags(message, kind, words):
    assert in_flags(message, kind) == words


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["count", "karate", "--from", "3", "--to", "2"], 2, "Error: --from (3) is above --to (2)"),
        (["spectrum", "karate", "--num-probes", "1"], 2, "'1' is not a whole number between 2 and 1,000,000"),
        (["clusters", "karate", "--rule", "threshold"], 2, "Error: --rule threshold needs a --threshold"),
        (
            ["spectrum", "karate", "--columns", "1,2"],
            1,
            "karate: a dataset is read as the catalogue says: leave --columns",
        ),
    ],
)
def test_messages_name_flags(capfd, arguments, code, message):
    assert run(arguments) == code
    error = capfd.readouterr().err
    assert message in error
    assert "`" not in error
