"""The errors that graphspec raises on purpose; whatever else escapes is a bug."""


class GraphspecError(Exception):
    """Base of every error whose message is one sentence meant for the person at the terminal."""


class InputError(GraphspecError):
    """An input cannot be read: the message names the file, the place, what was found and what was expected."""


class ParameterError(GraphspecError, ValueError):
    """A parameter lies outside its range, or two parameters exclude each other.

    Parameters
    ----------
    message
        One sentence. Parameters stand in it in backticks, as in docstrings, so that a command line can write the
        option ``--num-probes`` where Python has `num_probes`.
    parameter
        Name of the parameter that is wrong, where it is one.
    """

    def __init__(self, message: str, parameter: str | None = None) -> None:
        super().__init__(message, parameter)
        self.parameter = parameter

    def __str__(self) -> str:
        return str(self.args[0])


class SketchError(GraphspecError):
    """A saved sketch is damaged, or cannot serve what is asked of it."""


class NotConvergedError(GraphspecError):
    """An iterative solver did not reach its tolerance."""
