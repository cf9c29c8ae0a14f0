"""Exceptions of graphspec; any other exception is a bug."""


class GraphspecError(Exception):
    """Base class of exceptions, whose messages are single sentences for users."""


class InputError(GraphspecError):
    """Raised when an input cannot be read; the message names the file, the line, its content and what was expected."""


class ParameterError(GraphspecError, ValueError):
    """Raised when a parameter lies outside its range, or two parameters exclude each other.

    Parameters
    ----------
    message
        One sentence, with parameters in backticks, as in docstrings, so that a command line can write the option
        ``--num-probes`` in place of `num_probes`.
    parameter
        Name of the wrong parameter, if there is a single one.
    """

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message, parameter)
        self.parameter = parameter

    def __str__(self) -> str:
        return str(self.args[0])


class SketchError(GraphspecError):
    """Raised when a saved sketch is damaged, or cannot answer a request."""


class NotConvergedError(GraphspecError):
    """Raised when an iterative solver does not reach its tolerance."""


class IntervalError(ParameterError):
    """An interval that does not enclose the spectrum of an operator.

    Attributes
    ----------
    ritz_value
        An average of eigenvalues that lies outside.
    """

    def __init__(self, message: str, ritz_value: float) -> None:
        super().__init__(message, "interval")
        self.ritz_value = ritz_value
