"""Taylor coefficients of expressions in decimal arithmetic of many digits, independent of what is tested."""

import ast
import math
from decimal import Context, Decimal, localcontext

DIGITS = 200
NAMES = ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "abs", "sin", "cos", "tan", "sinh", "cosh", "tanh")


class UndefinedSeriesError(Exception):
    """There is no Taylor series at this point."""


def derivatives(text, x, orders):
    """Return the value of an expression at x and its derivatives up to an order, as decimals."""
    with localcontext(Context(prec=DIGITS, Emin=-(10**8), Emax=10**8)):
        series = _series(ast.parse(text, mode="eval").body, Decimal(x), orders + 1)
        return [value * math.factorial(k) for k, value in enumerate(series)]


def _has_x(tree):
    return any(isinstance(each, ast.Name) and each.id == "x" for each in ast.walk(tree))


def _series(tree, x, length):
    zeros = [Decimal(0)] * (length - 1)
    if not _has_x(tree):  # numbers are those of float64
        names = {name: getattr(math, name) for name in (*NAMES, "pi", "e") if name != "abs"} | {"abs": abs}
        return [Decimal(float(eval(compile(ast.Expression(tree), "", "eval"), names))), *zeros]
    if isinstance(tree, ast.Name):
        return [x, Decimal(1), *zeros][:length]
    if isinstance(tree, ast.UnaryOp):
        inner = _series(tree.operand, x, length)
        return [-value for value in inner] if isinstance(tree.op, ast.USub) else inner
    if isinstance(tree, ast.Call):
        return _function(tree.func.id, _series(tree.args[0], x, length))
    left, right = (_series(each, x, length) for each in (tree.left, tree.right))
    if isinstance(tree.op, ast.Add):
        return [a + b for a, b in zip(left, right, strict=True)]
    if isinstance(tree.op, ast.Sub):
        return [a - b for a, b in zip(left, right, strict=True)]
    if isinstance(tree.op, ast.Mult):
        return _product(left, right)
    if isinstance(tree.op, ast.Div):
        return _product(left, _power(right, Decimal(-1)))
    if not any(right[1:]):
        return _power(left, right[0])
    return _exp(_product(right, _log(left)))


def _product(a, b):
    return [sum(a[j] * b[k - j] for j in range(k + 1)) for k in range(len(a))]


def _power(u, p):
    if not any(u) and p > 0:
        return u
    if p == int(p) and 0 <= p <= 60:
        result = [Decimal(1)] + [Decimal(0)] * (len(u) - 1)
        for _ in range(int(p)):
            result = _product(result, u)
        return result
    if u[0] == 0 or (u[0] < 0 and p != int(p)):
        raise UndefinedSeriesError
    v = [u[0] ** int(p) if p == int(p) else (p * u[0].ln()).exp()]
    for k in range(1, len(u)):
        v.append(sum((p * j - (k - j)) * u[j] * v[k - j] for j in range(1, k + 1)) / (k * u[0]))
    return v


def _exp(u):
    v = [u[0].exp()]
    for k in range(1, len(u)):
        v.append(sum(j * u[j] * v[k - j] for j in range(1, k + 1)) / k)
    return v


def _log(u):
    if u[0] <= 0:
        raise UndefinedSeriesError
    v = [u[0].ln()]
    for k in range(1, len(u)):
        v.append((u[k] - sum(j * v[j] * u[k - j] for j in range(1, k)) / Decimal(k)) / u[0])
    return v


def _sine_cosine(u):
    """Return the series of sine and cosine; at the point itself by their own Taylor series."""
    if abs(u[0]) > 30:
        raise UndefinedSeriesError
    terms = [Decimal(1)]
    while abs(terms[-1]) > Decimal(10) ** -(DIGITS + 5) or len(terms) < 60:
        terms.append(terms[-1] * u[0] / len(terms))
    sine = [sum(term * (-1) ** (k // 2) for k, term in enumerate(terms) if k % 2)]
    cosine = [sum(term * (-1) ** (k // 2) for k, term in enumerate(terms) if k % 2 == 0)]
    for k in range(1, len(u)):
        sine.append(sum(j * u[j] * cosine[k - j] for j in range(1, k + 1)) / k)
        cosine.append(-sum(j * u[j] * sine[k - j] for j in range(1, k + 1)) / k)
    return sine, cosine


def _function(name, u):
    shifted = [u[0] + 1, *u[1:]]
    if name == "exp":
        return _exp(u)
    if name == "expm1":
        return [_exp(u)[0] - 1, *_exp(u)[1:]]
    if name in ("log", "log1p"):
        return _log(u if name == "log" else shifted)
    if name in ("log2", "log10"):
        scale = Decimal(name[3:]).ln()
        return [value / scale for value in _log(u)]
    if name == "sqrt":
        return _power(u, Decimal("0.5"))
    if name == "abs" and not any(u):
        return u
    if name == "abs":
        if u[0] == 0:
            raise UndefinedSeriesError
        return u if u[0] > 0 else [-value for value in u]
    if name in ("sin", "cos", "tan"):
        sine, cosine = _sine_cosine(u)
        return {"sin": sine, "cos": cosine}.get(name) or _product(sine, _power(cosine, Decimal(-1)))
    up, down = _exp(u), _exp([-value for value in u])
    sinh, cosh = ([(a + sign * b) / 2 for a, b in zip(up, down, strict=True)] for sign in (-1, 1))
    return {"sinh": sinh, "cosh": cosh}.get(name) or _product(sinh, _power(cosh, Decimal(-1)))
