"""Arrows go one way: packages import from lower levels alone, modules in no circle, and at the top of the file."""

import ast
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
import pytest

import graphspec

SOURCE = Path(graphspec.__file__).parent

LEVELS = (
    {""},  # modules at the root
    {"lanczos", "output"},
    {"graphs"},
    {"operators", "models", "readwrite"},
    {"exact", "catalogue"},
    {"sketches"},
    {"densities"},
    {"clusters", "comparison", "features", "functionals"},
    {"vertices"},
    {"analyses"},
    {"batch", "report", "hessian"},
    {"cli"},
)
"""Packages from bottom to top; those of one level do not import each other."""

LEVEL = {package: level for level, packages in enumerate(LEVELS) for package in packages}

ONLY_IN = {
    "click": {"cli"},
    "tqdm": {"cli"},
    "rich": {"output", "analyses", "hessian", "cli"},
    "distributed": {"sketches"},
    "requests": {"catalogue"},
    "matplotlib": {"output", "analyses", "hessian"},
    "pyarrow": {"readwrite"},
    "sklearn": {"features"},
    "narwhals": {"readwrite"},
    "torch": {"hessian"},
    "curvlinops": {"hessian"},
}
"""What few packages may import."""

LATE = {
    ("graphspec.analyses.comparison_picture", "_draw_heat_map", "matplotlib"): "optional",
    ("graphspec.analyses.drawing", "_draw_atoms", "matplotlib"): "optional",
    ("graphspec.analyses.fit_picture", "_draw_objective", "matplotlib"): "optional",
    ("graphspec.sketches.cluster", "dask_cluster", "distributed"): "optional",
    ("graphspec.catalogue.loading", "fetch_dataset", "graphspec"): "a tenth of a second that no other command needs",
    ("graphspec.cli", "get_command", "importlib"): "a command is imported when it is called",
    ("graphspec.functionals.ordering", "nested_dissection_order", "pymetis"): "optional",
    ("graphspec.hessian.datasets", "_package", "importlib"): "data of packages that are optional",
    ("graphspec.hessian.problems", "_imported", "importlib"): "a module of the user",
    ("graphspec.machine", "resident_bytes", "resource"): "there is none on Windows",
    ("graphspec.notebook", "_views", "importlib"): "what is shown of results stands above them",
    ("graphspec.output.pictures", "_has_matplotlib", "matplotlib"): "optional",
    ("graphspec.output.pictures", "new_axes", "matplotlib"): "optional",
    ("graphspec.output.pictures", "picture", "matplotlib"): "optional",
    ("graphspec.output.pictures", "small_picture", "PIL"): "optional",
    ("graphspec.output.pictures", "small_picture", "matplotlib"): "optional",
    ("graphspec.readwrite.arrow", "arrow_package", "pyarrow"): "optional",
    ("graphspec.readwrite.frames", "_arrow_table", "narwhals"): "optional",
    ("graphspec.readwrite.fields", "_pandas", "pandas"): "half a second that few inputs need",
    ("graphspec.readwrite.graph_formats", "_networkx", "networkx"): "half a second that few inputs need",
}
"""Imports inside of functions, by module, function and what they import, with the reason. The list gets shorter."""

DOORS = {"graphspec.__main__"}
"""Modules at the root that are above all others: ``python -m graphspec`` is the command line."""


@dataclass(frozen=True)
class Import:
    """An import of a module.

    Attributes
    ----------
    target
        The module, or the name in it.
    function
        Function that it stands in; empty at the top.
    checking
        Whether it is for type checkers alone.
    """

    target: str
    function: str = ""
    checking: bool = False


def imports_of(source):
    """Return all imports of a module, in functions and for type checkers too, and calls of ``import_module``."""
    found = []

    def visit(node, function, checking):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = function or node.name
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            checking = True
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, function, checking) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports are not used here"
            found.extend(Import(f"{node.module}.{alias.name}", function, checking) for alias in node.names)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            found.append(Import("importlib", function or "at the top"))
        for child in ast.iter_child_nodes(node):
            visit(child, function, checking)

    visit(ast.parse(source), "", False)
    return found


def modules_of(folder):
    """Return the imports of all modules under a folder, by the names of the modules."""
    modules = {}
    for path in sorted(folder.rglob("*.py")):
        name = ".".join([folder.name, *path.relative_to(folder).with_suffix("").parts])
        modules[name.removesuffix(".__init__")] = imports_of(path.read_text())
    return modules


def arrows_of(modules):
    """Return the modules of the same package that each module imports."""
    return {
        name: {target for each in imports if (target := home_of(each.target, modules)) is not None}
        for name, imports in modules.items()
    }


def home_of(target, modules):
    """Return the module in which a name is found, or None where it is none of these."""
    while target and target not in modules:
        target = target.rpartition(".")[0]
    return target or None


def package_of(module):
    """Return the package below the root that a module lies in; empty for modules at the root."""
    parts = module.split(".")[1:]
    return parts[0] if parts and parts[0] in LEVEL else ""


def circles(arrows):
    """Return the sets of modules that import each other, each in a circle."""
    return [sorted(part) for part in nx.strongly_connected_components(nx.DiGraph(arrows)) if len(part) > 1]


MODULES = modules_of(SOURCE)
ARROWS = arrows_of(MODULES)


def test_every_package_has_a_level():
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert packages | {""} == LEVEL.keys()


@pytest.mark.parametrize("module", MODULES)
def test_packages_import_from_lower_levels(module):
    own = package_of(module)
    if module in DOORS:
        return
    upward = {
        target for target in ARROWS[module] if package_of(target) != own and LEVEL[package_of(target)] >= LEVEL[own]
    }
    assert upward == set()


def test_names_come_from_their_modules():
    # The package itself imports names late: what comes from there could point anywhere.
    from_the_door = {each.target for imports in MODULES.values() for each in imports if "graphspec" in each.target}
    assert {target for target in from_the_door if home_of(target, MODULES) == "graphspec"} == {
        "graphspec._native"  # the extension module
    }


FACED = LEVEL.keys() - {"", "analyses", "cli"}
"""Packages whose `__init__` names what others may use."""


def test_other_packages_use_what_the_face_of_a_package_names():
    around = {
        (module, each.target)
        for module, imports in MODULES.items()
        for each in imports
        if package_of(each.target) in FACED
        and package_of(each.target) != package_of(module)
        and each.target.count(".") != 2
    }
    assert around == set()


def test_modules_import_each_other_in_no_circle():
    assert circles(ARROWS) == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_libraries_that_few_packages_may_import(library):
    users = {
        package_of(module)
        for module, imports in MODULES.items()
        if any(each.target.split(".")[0] == library for each in imports)
    }
    assert users
    assert users <= ONLY_IN[library]


def test_imports_inside_of_functions_are_those_that_are_listed():
    late = {
        (module, each.function, each.target.split(".")[0])
        for module, imports in MODULES.items()
        for each in imports
        if each.function
    }
    assert late - LATE.keys() == set(), "imports belong to the top of a module"
    assert LATE.keys() - late == set(), "these are gone: take them off the list"


def test_blocks_for_type_checkers_hold_what_is_optional_or_slow_to_import():
    found = {each.target.split(".")[0] for imports in MODULES.values() for each in imports if each.checking}
    assert found <= {"matplotlib", "networkx"}


def test_only_the_command_line_prints():
    callers = {
        package_of(module)
        for module, path in ((name, path_of(name)) for name in MODULES)
        if any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            for node in ast.walk(ast.parse(path.read_text()))
        )
    }
    assert callers <= {"cli"}


def path_of(module):
    path = SOURCE.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


# --- that these tests notice what they look for


SAMPLE = """
from typing import TYPE_CHECKING
import numpy as np
from graphspec.graphs.graph import Graph, entries
if TYPE_CHECKING:
    from graphspec.cli import main
class Kind:
    def method(self):
        def inner():
            import scipy.sparse
        return import_module("graphspec.models.ba")
"""


def test_imports_are_found_wherever_they_stand():
    assert imports_of(SAMPLE) == [
        Import("typing.TYPE_CHECKING"),
        Import("numpy"),
        Import("graphspec.graphs.graph.Graph"),
        Import("graphspec.graphs.graph.entries"),
        Import("graphspec.cli.main", checking=True),
        Import("scipy.sparse", "method"),
        Import("importlib", "method"),
    ]


def test_a_circle_is_found(tmp_path):
    folder = tmp_path / "toy"
    (folder / "low").mkdir(parents=True)
    (folder / "__init__.py").write_text("from toy.low.first import one\n")
    (folder / "low" / "__init__.py").write_text("")
    (folder / "low" / "first.py").write_text("import toy.low.second\n\ndef one():\n    pass\n")
    (folder / "low" / "second.py").write_text("import os\n")
    modules = modules_of(folder)
    assert modules.keys() == {"toy", "toy.low", "toy.low.first", "toy.low.second"}
    assert arrows_of(modules)["toy"] == {"toy.low.first"}
    assert circles(arrows_of(modules)) == []
    (folder / "low" / "second.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from toy.low.first import one\n"
    )
    assert circles(arrows_of(modules_of(folder))) == [["toy.low.first", "toy.low.second"]]


def test_levels_are_those_of_modules():
    assert package_of("graphspec") == package_of("graphspec.errors") == ""
    assert package_of("graphspec.sketches") == package_of("graphspec.sketches.probes") == "sketches"
    assert LEVEL["graphs"] < LEVEL["operators"] == LEVEL["models"] < LEVEL["exact"] < LEVEL["cli"]
    assert home_of("graphspec.graphs.graph.Graph", MODULES) == "graphspec.graphs.graph"
    assert home_of("numpy.linalg", MODULES) is None
