"""Plans: what they stand for, and what is wrong with them."""

import pytest
from plans import planned, write_graphs, write_plan

from graphspec import InputError

NAMES = "datasets: [karate]\n"


def test_a_plan_stands_for_its_tasks(tmp_path):
    write_graphs(tmp_path / "data", 3)
    text = """
datasets:
  - KARATE
  - data/*.txt
  - named: data/g00.txt
commands:
  - info
  - spectrum
  - classify: {num-references: 20, models: [er, ws]}
  - compare
grid: {seed: [0, 1], num_moments: [20, 40]}
"""
    plan = planned(write_plan(tmp_path, text))
    assert [source.name for source in plan.sources] == ["karate", "g00", "g01", "g02", "named"]
    assert [source.text for source in plan.sources] == [
        "KARATE",
        "data/g00.txt",
        "data/g01.txt",
        "data/g02.txt",
        "data/g00.txt",
    ]
    paths = [task.path for task in plan.tasks]
    assert len(paths) == 5 * (1 + 4 + 4) + 4
    assert paths[:3] == [
        "info/karate.json",
        "spectrum/karate-num_moments=20-seed=0.json",
        "spectrum/karate-num_moments=40-seed=0.json",
    ]
    assert paths[-1] == "compare/all-num_moments=40-seed=1.json"
    task = next(task for task in plan.tasks if task.path == "classify/named-num_moments=40-seed=1.json")
    assert (task.options.models, task.options.references.num_references) == (("er", "ws"), 20)
    assert (task.options.sampling.seed, task.options.sampling.num_moments) == (1, 40)


def test_options_are_those_of_the_command_line(tmp_path):
    text = (
        NAMES
        + """
commands:
  - count: {from: 0.5, --to: 1, no-structure: true, columns: "2,1", method: kpm}
"""
    )
    (task,) = planned(write_plan(tmp_path, text)).tasks
    assert (task.options.low, task.options.high, task.options.method) == (0.5, 1, "kpm")
    assert (task.options.sampling.structure, task.options.reading.columns) == (False, (2, 1))
    assert "structure" in task.options.sampling.given


def test_a_command_that_is_asked_twice_has_its_options_in_its_names(tmp_path):
    text = NAMES + "commands: [{spectrum: {method: kpm}}, {spectrum: {method: lanczos, num_probes: 8}}]\n"
    paths = [task.path for task in planned(write_plan(tmp_path, text)).tasks]
    assert paths == ["spectrum/karate-method=kpm.json", "spectrum/karate-method=lanczos-num_probes=8.json"]


def test_paths_are_relative_to_the_plan(tmp_path, monkeypatch):
    write_graphs(tmp_path / "data", 2)
    (tmp_path / "plans").mkdir()
    text = "datasets: [../data/g00.txt, '../data/*1.txt']\ncommands: [info]\n"
    path = write_plan(tmp_path / "plans", text)
    monkeypatch.chdir("/")
    plan = planned(path)
    assert [source.text for source in plan.sources] == ["../data/g00.txt", "../data/g01.txt"]
    assert all(source.path.exists() for source in plan.sources)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("datasets: [", "plan.yaml: line 1: is not YAML"),
        ("datasets: [karate\ncommands: [info]", "plan.yaml: line 2: is not YAML"),
        ("[karate]", "plan.yaml: expected a mapping, found a list"),
        ("datasets: [karate]\n", "plan.yaml: object missing required field 'commands'"),
        ("datasets: []\ncommands: [info]\n", "plan.yaml: datasets: expected at least one, found none"),
        ("datasets: karate\ncommands: [info]\n", "plan.yaml: datasets: expected 'list', got 'str'"),
        (NAMES + "commands: [info]\ngrids: {}\n", "plan.yaml: there is no field 'grids': did you mean 'grid'?"),
        (
            NAMES + "commands: [infos]\n",
            "'infos' is no command of a batch: there are info",
        ),
        (NAMES + "commands: [{info: {}, count: {}}]\n", "commands: expected a name, or one name with its options"),
        (NAMES + "commands: [{spectrum: {colour: red}}]\n", "plan.yaml: spectrum: there is no option `colour`"),
        (NAMES + "commands: [{spectrum: {num-moment: 60}}]\n", "no option `num_moment`: did you mean `num_moments`"),
        (NAMES + "commands: [{spectrum: {num_moments: 0}}]\n", "plan.yaml: spectrum: `num_moments` must be a whole"),
        (NAMES + "commands: [{spectrum: {num-moments: many}}]\n", "`num_moments` must be a whole number"),
        (NAMES + "commands: [{spectrum: {plot: x.png}}]\n", "`plot` is no option of a plan: --plots draws"),
        (NAMES + "commands: [{spectrum: {seed: 1, --seed: 2}}]\n", "`seed` is given twice"),
        (NAMES + "commands: [fit]\n", "plan.yaml: fit: "),
        (NAMES + "commands: [spectrum]\ngrid: {k: [1]}\n", "grid: none of the commands has the option k"),
        (NAMES + "commands: [info, spectrum]\ngrid: {num-probe: [1]}\n", "num-probe: did you mean num-probes?"),
        (NAMES + "commands: [spectrum]\ngrid: {seed: []}\n", "grid: seed has no values"),
        (
            NAMES + "commands: [spectrum]\ngrid: {seed: 1}\n",
            "grid: seed: expected a list of values, as in seed: [1]",
        ),
        (NAMES + "commands: [{spectrum: {seed: 1}}]\ngrid: {seed: [1]}\n", "seed is given to spectrum and in the grid"),
        (NAMES + "commands: [spectrum]\ngrid: {seed: [1, 1]}\n", "spectrum/karate-seed=1.json would be written twice"),
        (NAMES + "commands: [spectrum, spectrum]\n", "spectrum/karate.json would be written twice"),
        ("datasets: ['no/*.txt']\ncommands: [info]\n", "datasets: no file matches no/*.txt"),
        ("datasets: [karate, Karate]\ncommands: [info]\n", "karate names both karate and Karate"),
        ("datasets: [karate, karate]\ncommands: [info]\n", "karate is listed twice: give one a name of its own"),
        (
            "datasets: [a/x.txt, b/x.csv]\ncommands: [info]\n",
            "x names both a/x.txt and b/x.csv: give one",
        ),
        ("datasets: [{../x: a.txt}]\ncommands: [info]\n", "'../x' is no name"),
        ("datasets: [{x: a.txt, y: b.txt}, {x: c.txt}]\ncommands: [info]\n", "x names both a.txt and c.txt"),
    ],
)
def test_what_is_wrong_is_named(text, message, tmp_path):
    with pytest.raises(InputError) as error:
        planned(write_plan(tmp_path, text))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_plan_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="the plan cannot be read"):
        planned(tmp_path / "none.yaml")
