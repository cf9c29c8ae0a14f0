"""Parsing of expressions, their values, and the signs of their derivatives against series of many digits."""

import math
import random
import warnings
from decimal import Decimal, InvalidOperation, Overflow

import numpy as np
import pytest
from series import NAMES, UndefinedSeriesError, derivatives

from graphspec.errors import ParameterError
from graphspec.functionals import DerivativeSigns, parse_expression
from graphspec.functionals.expressions import FUNCTIONS

ORDERS = 8


def random_expression(draw, depth):
    """Return a random expression; functions and powers that often have signs are drawn more often."""
    kind = draw.random() if depth else 1.0
    if kind < 0.3:
        operator = draw.choice(["+", "-", "*", "/"])
        return f"({random_expression(draw, depth - 1)}) {operator} ({random_expression(draw, depth - 1)})"
    if kind < 0.5:
        exponent = draw.choice(["2", "3", "-1", "-2", "0.5", "-0.5", "1.5", "2.25", "(1/3)", "-1.25", "0", "1", "7"])
        return f"({random_expression(draw, depth - 1)})**{exponent}"
    if kind < 0.55:
        return f"{draw.choice(['2', 'e', '0.3', '(x+1)', 'x'])}**({random_expression(draw, depth - 1)})"
    if kind < 0.75:
        name = draw.choice([*NAMES, "exp", "exp", "log", "log", "log1p", "sqrt", "sqrt"])
        return f"{name}({random_expression(draw, depth - 1)})"
    if kind < 0.8:
        return f"-({random_expression(draw, depth - 1)})"
    leaf = draw.random()
    if leaf < 0.45:
        return "x"
    if leaf < 0.65:
        return f"{draw.choice(['1', '2', '0.1', '3', 'e', 'pi/2'])} {draw.choice('+-')} x"
    if leaf < 0.85:
        return f"{draw.choice(['-2', '-1', '0.5', '3'])}*x"
    return draw.choice(["1", "2", "0.1", "1e-3", "pi", "log(2)", "0"])


def random_interval(draw):
    low = draw.choice([0.0, 0.0, 0.0, 0.25, 1.0, -1.0, -2.0, draw.uniform(0, 2), draw.uniform(-2, 2)])
    return low, low + draw.choice([0.25, 1.0, 2.0, draw.uniform(0.01, 4)])


def series_of(text, x, most=Decimal("1e1000")):
    """Return the value and the derivatives; None where there are none, nothing where they are very large."""
    try:
        found = derivatives(text, x, ORDERS)
    except (UndefinedSeriesError, InvalidOperation):
        return None
    except Overflow:
        return []
    return found if all(-most < value < most for value in found) else []


@pytest.mark.parametrize("seed", range(12))
def test_signs_of_random_expressions_hold(seed):
    """Every claim is checked at seven points; each seed finds 60 expressions with signs."""
    draw, claims = random.Random(seed), 0
    while claims < 60:
        text, (low, high) = random_expression(draw, draw.choice([1, 2, 3])), random_interval(draw)
        try:
            signs = parse_expression(text).signs(low, high)
        except ParameterError:
            continue  # a part without x is infinite or undefined
        if signs is None or signs.order > ORDERS:
            continue
        claims += 1
        for share in (1e-6, 0.05, 0.3, 0.5, 0.7, 0.95, 1 - 1e-6):
            found = series_of(text, low + share * (high - low))
            assert found is not None, (text, low, high)
            if not found:
                continue
            scale = (1 + max(map(abs, found))) * Decimal(10) ** -60
            for order in range(signs.order, ORDERS + 1):
                sign = signs.of_order(order)
                agrees = found[order] * sign >= -scale if sign else abs(found[order]) <= scale
                assert agrees, (text, low, high, order, signs, found[order])


@pytest.mark.parametrize("seed", range(6))
def test_values_of_random_expressions(seed):
    draw, checked = random.Random(1000 + seed), 0
    while checked < 60:
        text = random_expression(draw, draw.choice([1, 2, 3]))
        try:
            expression = parse_expression(text)
        except ParameterError:
            continue
        points = [draw.uniform(-3, 3) for _ in range(5)]
        for x, value in zip(points, expression.values(points), strict=True):
            found = series_of(text, x)
            if not found or abs(found[0]) > Decimal("1e300") or abs(found[0]) < Decimal("1e-300"):
                continue
            # Rounding of arguments grows by the condition of the expression: that of x is measured, others are allowed.
            condition = abs(found[1] / found[0] * Decimal(x))
            if math.isfinite(value) and condition < 1e3:
                checked += 1
                assert value == pytest.approx(float(found[0]), rel=1e-9, abs=1e-12), (text, x)


@pytest.mark.parametrize(
    ("text", "low", "high", "expected"),
    [
        ("x", 0, 2, (False, 1, 0)),
        ("7", 0, 2, (False, 1, 0)),
        ("0*x", 0, 2, (False, 0, 0)),
        ("log(x)", 0.1, 4, (True, -1, 1)),
        ("log(x)", 0, 1, (True, -1, 0)),
        ("log(x + 0.1)", 0, 2, (True, -1, 1)),
        ("log(2 - x)", 0, 2, (False, -1, 1)),
        ("log1p(-x)", 0, 1, (False, -1, 0)),
        ("1/x", 0, 3, (True, 1, 0)),
        ("1/x", -3, 0, (False, -1, 0)),
        ("x**-0.5", 0, 2, (True, 1, 0)),
        ("x**2.5", 0, 2, (True, -1, 3)),
        ("(x**2)**0.5", 0, 2, (False, 1, 0)),
        ("1/((1 + x)*(3 + x))", 0, 3, (True, 1, 0)),
        ("1/sqrt(x*(1 + x))", 0, 3, (True, 1, 0)),
        ("exp(-x)", 0, 2, (True, 1, 0)),
        ("exp(-5*x)", -1, 2, (True, 1, 0)),
        ("2**x", 0, 1, (False, 1, 0)),
        ("0.5**x", 0, 1, (True, 1, 0)),
        ("x*log(x)", 0, 2, (True, 1, 2)),
        ("-x*log2(x)", 0, 1, (True, -1, 2)),
        ("-x/4*log(x/4)", 0, 4, (True, -1, 2)),
        ("x*log(2*x)", 0, 4, (True, 1, 2)),
        ("(5 - x)*log(x)", 0, 4, (True, -1, 2)),
        ("log(x)/x", 1, 3, (True, -1, 2)),
        ("log(x)**2", 0, 1, (True, 1, 0)),
        ("x/(1 + x)", 0, 3, (True, -1, 1)),
        ("1/(1 + x)**2", 0, 3, (True, 1, 0)),
        ("1/(1 + sqrt(x))", 0, 2, (True, 1, 0)),
        ("exp(-sqrt(x))", 0, 2, (True, 1, 0)),
        ("log(1 + sqrt(x))", 0, 2, (True, -1, 1)),
        ("log(log(x))", 2, 2.5, (True, -1, 0)),
        ("sqrt(2 - x)", 0, 2, (False, -1, 1)),
        ("x - sqrt(x)", 0, 1, (True, 1, 2)),
        ("x*exp(x)", -3, 1, (False, 1, 3)),
        ("x*exp(-x)", 0, 2, (True, -1, 2)),
        ("exp(x)/exp(x - 1)", 0, 2, (False, 1, 0)),
        ("(1 - x)**10", 0, 2, (False, 1, 10)),
        ("sinh(x)", -2, 0, (True, -1, 0)),
        ("cosh(-x)", 0, 2, (False, 1, 0)),
        ("tan(x/2)", 0, 3, (False, 1, 0)),
        ("expm1(x)", -1, 1, (False, 1, 1)),
        ("abs(x - 3)", 0, 3, (True, 1, 0)),
        ("x**x", 1, 2, None),
        ("abs(x)", -1, 1, None),
        ("sqrt(x)", -1, 1, None),
        ("0*log(x)", -1, 1, None),
        ("1/x*x", -1, 1, None),
        ("1/abs(x - 1)", 0, 2, None),
        ("1/(x - x)", 0, 2, None),
        ("log(0*x)", 0, 2, None),
        ("0**x", 0, 2, None),
        ("(-2)**x", 0, 2, None),
        ("tan(x)", 0, 2, None),
        ("sin(x)", 0, 1, None),
        ("tanh(x)", 0, 1, None),
        ("sqrt(x) - log(x)", 0.5, 1, None),
    ],
)
def test_signs_that_are_known(text, low, high, expected):
    signs = parse_expression(text).signs(low, high)
    assert signs == (None if expected is None else DerivativeSigns(*expected))


def test_signs_need_an_interval():
    for low, high in ((2, 1), (0, math.inf), (math.nan, 1)):
        with pytest.raises(ParameterError, match="must be finite and in order"):
            parse_expression("x").signs(low, high)
    assert parse_expression("log(x)").signs(2, 2) == DerivativeSigns(True, -1, 1)


def test_every_function_is_that_of_numpy():
    points = np.array([0.3, 0.7])
    assert tuple(FUNCTIONS) == NAMES
    for name in NAMES:
        assert parse_expression(f"{name}(x)").values(points) == pytest.approx(getattr(np, name)(points), rel=1e-15)
    assert parse_expression("pi*e + 1_000").values(points).tolist() == [math.pi * math.e + 1000] * 2
    assert parse_expression("-x**2 / 2 - +x").values([[3.0]]).tolist() == [[-7.5]]
    assert parse_expression("2 ** x ** 2").values(3.0) == 512


def test_undefined_values_are_nan_or_infinite_without_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(parse_expression("log(x) + sqrt(x) + x**0.5").values([-1.0])).all()
        assert parse_expression("1/x").values([0.0]).tolist() == [math.inf]
        assert parse_expression("exp(exp(x))").values([9.0]).tolist() == [math.inf]


def test_the_text_is_normalised_and_can_be_parsed_again():
    expression = parse_expression(" exp( -2*x )*(1+x) ** 2/ (3)\n")
    assert str(expression) == "exp(-2 * x) * (1 + x)**2 / 3"
    assert parse_expression(str(expression)) == expression


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an expression in x is expected, found an empty text"),
        (" \n", "found an empty text"),
        ("x^2", "found the operator ^ in 'x ^ 2': a power is written with **"),
        ("x // 2", "found the operator // in 'x // 2'"),
        ("~x", "found the operator ~ in '~x'"),
        ("not x", "found the operator not in 'not x'"),
        ("y + 1", "found the name 'y': there are x, pi, e and functions, exp,"),
        ("log", "found the function 'log' without an argument: write log(x)"),
        ("foo(x)", "found the function 'foo': there are exp, "),
        ("__import__('os')", "found the function '__import__'"),
        ("x.real", "found the attribute 'x.real'"),
        ("x[0]", "found the index 'x[0]'"),
        ("x < 1", "found the comparison 'x < 1'"),
        ("x and 1", "found the condition 'x and 1'"),
        ("x if x else 1", "found the condition"),
        ("lambda x: x", "found the lambda 'lambda x: x'"),
        ("(y := 1)", "found the assignment '(y := 1)'"),
        ("'a'", "found the text"),
        ("f'{x}'", "found the text"),
        ("True", "found the constant 'True'"),
        ("1j", "found the complex number '1j'"),
        ("x, 1", "found the tuple"),
        ("[x]", "found the list"),
        ("[x for x in x]", "found the syntax"),
        ("log(x=1)", "found the keyword argument 'x=1'"),
        ("log(**x)", "found the keyword argument '**x'"),
        ("log(*x)", "found the starred argument '*x'"),
        ("log(x, 2)", "found 2 arguments in 'log(x, 2)': log takes 1"),
        ("log()", "found 0 arguments in 'log()': log takes 1"),
        ("2(x)", "found the call '2(x)': a product is written with *"),
        ("x(2)", "found the call 'x(2)': a product is written with *"),
        ("sin(x)(x)", "found the call 'sin(x)(x)'"),
        ("2x", "is not valid at character 1 (invalid decimal literal): a product is written with *"),
        ("(x", "the expression '(x' is not valid at character 1 ('(' was never closed)"),
        ("x = 1", "is not valid at character 3"),
        ("x\0", "the expression 'x\\x00' "),
        ("9**9**9", "the expression contains '9**9**9', which is infinite: numbers end at 1.8e308"),
        ("10**400", "contains '10**400', which is infinite"),
        ("9" * 500, "which is infinite"),
        ("1e999", "which is infinite"),
        ("1/0 + x", "contains '1 / 0', which is infinite"),
        ("x + 0/0", "contains '0 / 0', which is not a number"),
        ("x * log(-1)", "contains 'log(-1)', which is not a number"),
        ("x" * 1001, "has at most 1,000 characters, found 1,001"),
        ("+".join("x" * 400), "has at most 50 levels, found more"),
        ("-" * 999 + "x", "has at most 50 levels, found more"),
        ("(" * 300 + "x" + ")" * 300, "too many nested parentheses"),
        ("x" + ".a" * 400, "found the attribute"),
    ],
)
def test_anything_else_is_refused_in_one_line(text, message):
    with pytest.raises(ParameterError) as caught:
        parse_expression(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250
    assert caught.value.parameter == "expression"


def test_something_that_is_no_text_is_refused():
    with pytest.raises(ParameterError, match="found an empty text"):
        parse_expression(None)
