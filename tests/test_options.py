"""Options: every class of the package declares all of its fields, accepts its defaults and refuses what is wrong."""

import importlib
import math
import pickle
import pkgutil
import re
from dataclasses import FrozenInstanceError, dataclass, fields
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import graphspec
from graphspec.errors import ParameterError
from graphspec.options import (
    Choice,
    MemorySize,
    Number,
    Options,
    Switch,
    Text,
    declarations,
    default_of,
    group_of,
    option,
    own_declarations,
)

for found in pkgutil.walk_packages(graphspec.__path__, "graphspec."):
    if not found.name.endswith("__main__") and ("hessian" not in found.name or find_spec("torch")):  # an extra
        importlib.import_module(found.name)


def subclasses(kind):
    return {kind}.union(*map(subclasses, kind.__subclasses__()))


KINDS = sorted(
    (kind for kind in subclasses(Options) - {Options} if kind.__module__.startswith("graphspec.")),
    key=lambda kind: (kind.__module__, kind.__name__),
)
NAMED_KINDS = [pytest.param(kind, id=kind.__name__) for kind in KINDS]
OWN = [(kind, name, declared) for kind in KINDS for name, declared in own_declarations(kind).items()]
WRONG = [
    pytest.param(kind, name, declared, value, id=f"{kind.__name__}-{name}-{value!r}")
    for kind, name, declared in OWN
    for value in (*declared.constraint.wrong_values(), *([] if declared.optional else [None]))
]
ATTRIBUTES = re.compile(r"^ {4}(\w+(?:, \w+)*)$", re.MULTILINE)
REQUIRED = {"model": "er"}  # values of options without a default


def required(kind):
    """Return values of the options that have no default."""
    return {name: REQUIRED[name] for name, declared in own_declarations(kind).items() if needs_value(declared)}


def needs_value(declared):
    return getattr(declared, "required", False)


def undeclared(kind):
    """Return the fields of a class of options that neither declare an option nor hold options of another class."""
    return [item.name for item in fields(kind) if not item.metadata.keys() & {"option", "group"}]


# --- every class of the package


def test_the_classes_are_found():
    assert {"Sampling", "ExactSettings", "BoundSettings", "GapSettings"} <= {kind.__name__ for kind in KINDS}
    assert len(WRONG) > 200


@pytest.mark.parametrize("kind", NAMED_KINDS)
def test_every_field_is_declared(kind):
    assert undeclared(kind) == []
    assert kind.__dataclass_params__.frozen
    assert all(item.kw_only for item in fields(kind))


@pytest.mark.parametrize("kind", NAMED_KINDS)
def test_every_option_is_documented(kind):
    # In the section on attributes, on a line of its own or with others: "seed, first_probe".
    texts = [each.__doc__ for each in kind.__mro__ if issubclass(each, Options)]
    documented = {name for text in texts for line in ATTRIBUTES.findall(text) for name in line.split(", ")}
    assert own_declarations(kind).keys() <= documented
    assert all(declared.help for declared in own_declarations(kind).values())


@pytest.mark.parametrize("kind", NAMED_KINDS)
def test_defaults_are_accepted(kind):
    made = kind(**required(kind))
    assert made.given == required(kind).keys()
    for name, declared in own_declarations(kind).items():
        if not needs_value(declared):
            default = getattr(made, name)
            assert default == default_of(kind, name)
            assert declared.constraint.accepts(default) or (declared.optional and default is None)
            # A default that is given counts as given.
            assert kind(**required(kind), **{name: default}) == made


@pytest.mark.parametrize(("kind", "name", "declared", "value"), WRONG)
def test_wrong_values_are_refused_with_the_name_of_the_option(kind, name, declared, value):
    with pytest.raises(ParameterError) as caught:
        kind(**{**required(kind), name: value})
    assert str(caught.value) == f"`{name}` must be {declared.constraint}, not {value!r}"
    assert caught.value.parameter == name


@pytest.mark.parametrize(("kind", "name", "declared", "value"), WRONG)
def test_wrong_values_are_refused_in_whatever_way_they_come(kind, name, declared, value):
    for make in (kind.of, kind(**required(kind)).changed):
        with pytest.raises(ParameterError, match=f"^`{name}` must be ") as caught:
            make(**{**required(kind), name: value})
        assert caught.value.parameter == name


@pytest.mark.parametrize("kind", NAMED_KINDS)
def test_unknown_options_are_refused(kind):
    with pytest.raises(ParameterError, match=r"^there is no option `colour`: choose from ") as caught:
        kind.of(**required(kind), colour="red")
    assert caught.value.parameter == "colour"
    assert all(name in str(caught.value) for name in declarations(kind))


def test_an_option_that_is_nearly_right_is_named():
    with pytest.raises(ParameterError, match=r"^there is no option `num_moment`: did you mean `num_moments`\?$"):
        graphspec.Sampling.of(num_moment=50)


@pytest.mark.parametrize("kind", NAMED_KINDS)
def test_options_are_values(kind):
    made = kind.of(**required(kind))
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert hash(again) == hash(made)
    assert again is not made
    with pytest.raises(FrozenInstanceError):
        setattr(made, fields(kind)[0].name, None)


@pytest.mark.parametrize("kind", NAMED_KINDS)
def test_names_of_groups_do_not_collide(kind):
    own = list(own_declarations(kind))
    groups = [item for item in fields(kind) if "group" in item.metadata]
    inner = [name for item in groups for name in declarations(item.metadata["group"], item.metadata["without"])]
    assert sorted(declarations(kind)) == sorted({*own, *inner})
    assert len({*own, *inner}) == len(own) + len(inner)


@pytest.mark.parametrize("kind", NAMED_KINDS)
def test_constraints_complete_a_sentence(kind):
    for declared in own_declarations(kind).values():
        assert re.match(r"(an?|one|two|true) \w|characters|", str(declared.constraint))
        assert str(declared.constraint).strip() == str(declared.constraint) != ""


# --- the base class, on classes of our own


@dataclass(frozen=True, kw_only=True)
class Inner(Options):
    """Options that others hold."""

    width: int = option(3, Number(1, 9, integer=True), "Width.")
    height: float | None = option(None, Number(0), "Height.")

    def check(self) -> None:
        if self.height is not None and self.height > self.width:
            raise ParameterError("`height` must be at most `width`", "height")


@dataclass(frozen=True, kw_only=True)
class Outer(Options):
    """Options that hold others."""

    colour: str = option("red", Choice(("red", "blue")), "Colour.")
    inner: Inner = group_of(Inner)


@dataclass(frozen=True, kw_only=True)
class Narrow(Options):
    """Options of which one is not offered."""

    inner: Inner = group_of(Inner, without=("height",))


@dataclass(frozen=True, kw_only=True)
class Forgotten(Inner):
    """Options of which one has no declaration."""

    depth: int = 1


def test_a_field_without_a_declaration_is_found():
    assert undeclared(Forgotten) == ["depth"]
    assert undeclared(Outer) == []


def test_flat_names_find_their_group():
    made = Outer.of(width=5, colour="blue", height=2.0)
    assert made == Outer(colour="blue", inner=Inner(width=5, height=2.0))
    assert made.given == {"colour", "inner"}
    assert made.inner.given == {"width", "height"}
    assert Outer.of() == Outer()
    with pytest.raises(ParameterError, match=r"^`width` must be a whole number between 1 and 9, not 10$"):
        Outer.of(width=10)


def test_options_that_are_not_offered_keep_their_defaults():
    assert list(declarations(Narrow)) == ["width"]
    with pytest.raises(ParameterError, match=r"^there is no option `height`: choose from width$"):
        Narrow.of(height=1.0)


def test_options_are_checked_against_each_other():
    with pytest.raises(ParameterError, match=r"^`height` must be at most `width`$") as caught:
        Inner(height=4.0)
    assert caught.value.parameter == "height"
    assert Inner(height=4.0, width=4).height == 4.0
    with pytest.raises(ParameterError, match="at most"):
        Inner(height=4.0, width=4).changed(width=2)


def test_changes_count_as_given():
    made = Inner(width=5)
    assert (made.given, Inner().given) == ({"width"}, frozenset())
    changed = made.changed(height=1.0)
    assert (changed.width, changed.height, changed.given) == (5, 1.0, {"width", "height"})
    assert made.height is None
    # Values decide whether options are equal, not who gave them.
    assert Inner(width=3) == Inner()


def test_given_options_survive_pickling():
    made = Outer.of(width=5)
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert again.given == made.given
    assert again.inner.given == made.inner.given
    assert again.changed(colour="blue").inner.width == 5


def test_defaults_are_found_in_groups():
    assert [default_of(Outer, name) for name in declarations(Outer)] == ["red", 3, None]


def test_an_error_is_pickled_with_its_parameter():
    error = pickle.loads(pickle.dumps(ParameterError("`width` must be odd", "width")))
    assert (str(error), error.parameter) == ("`width` must be odd", "width")
    assert ParameterError("no").parameter is None


# --- constraints


@pytest.mark.parametrize(
    ("constraint", "accepted", "refused", "words"),
    [
        (Number(), (0, -1.5, np.float32(2), 10**30), (math.inf, math.nan, True, "1", 1j, None), "a finite number"),
        (Number(1), (1, 1.0, 1e300), (0.999, -1, math.inf), "a number of at least 1"),
        (Number(0, open=True), (1e-300, 5), (0, 0.0, -1), "a number above 0"),
        (Number(high=3), (3, -1e9), (3.1,), "a number of at most 3"),
        (Number(0, 1, open=True), (0.5,), (0, 1), "a number between 0 and 1"),
        (
            Number(1, 10_000, integer=True),
            (1, np.int64(7)),
            (0, 10_001, 1.0, 0.5),
            "a whole number between 1 and 10,000",
        ),
        (Number(0, 2**64 - 1, integer=True), (2**64 - 1,), (2**64,), None),
        (Number(2, integer=True), (2, 10**40), (1,), "a whole number of at least 2"),
        (Choice(("all", "largest")), ("all",), ("most", None, 0), "one of all, largest"),
        (Switch(), (True, False), (0, 1, "true", None), "true or false"),
        (Text("[a-z]+", "a word", "7"), ("ab",), ("", "a b", "A", 3, None), "a word"),
        (MemorySize(), (10**8, 2**40), (10**8 - 1, 1e9, "4GB"), None),
    ],
    ids=str,
)
def test_constraints(constraint, accepted, refused, words):
    assert all(constraint.accepts(value) for value in accepted)
    assert not any(constraint.accepts(value) for value in (*refused, *constraint.wrong_values()))
    assert len(constraint.wrong_values()) >= 2
    assert words is None or str(constraint) == words


@pytest.mark.parametrize(
    ("constraint", "text", "value"),
    [
        (Number(), "1.5", 1.5),
        (Number(integer=True), "17", 17),
        (Choice(("a",)), "a", "a"),
        (Switch(), "Yes", True),
        (Switch(), "false", False),
        (Text(".", "a character", ""), ";", ";"),
        (MemorySize(), "4GB", 4 * 10**9),
        (MemorySize(), "0.5 GiB", 2**29),
        (MemorySize(), "900000k", 9 * 10**8),
    ],
)
def test_texts_stand_for_values(constraint, text, value):
    parsed: Any = constraint.parse(text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("constraint", "text"),
    [
        (Number(), "many"),
        (Number(integer=True), "1.5"),
        (MemorySize(), "GB"),
        (MemorySize(), "4XB"),
        (MemorySize(), "4iB"),
        (Switch(), "perhaps"),
    ],
)
def test_texts_that_stand_for_nothing_are_errors(constraint, text):
    with pytest.raises(ValueError, match=r".+"):
        constraint.parse(text)
