"""Pictures in files; matplotlib is an optional dependency, and imported when a picture is requested."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphspec.errors import GraphspecError
from graphspec.files import Output, write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SMALL = (5.0, 3.0)  # inches of the picture beside a table
_COLOURS = 64

SUFFIXES = (".png", ".svg", ".pdf")


def check_plotting(path: str, *, folder: bool = False) -> None:
    """Check that a picture can be drawn and written, before any work is done.

    Parameters
    ----------
    path
        Path of the picture, or of a folder for pictures.
    folder
        Whether the path is that of a folder.

    Raises
    ------
    GraphspecError
        If matplotlib is not installed, or there is no folder that can be written to.
    """
    check_matplotlib()
    if folder and not Path(path).is_dir():
        raise GraphspecError(f"{path}: the folder does not exist: make it first")
    Output(str(Path(path) / "picture.png") if folder else path)


def check_matplotlib() -> None:
    """Check that matplotlib is installed.

    Raises
    ------
    GraphspecError
        If it is not.
    """
    if not _has_matplotlib():
        raise GraphspecError("pictures need matplotlib: pip install 'graphspec[plot]'")


def _has_matplotlib() -> bool:
    try:
        import matplotlib as mpl  # noqa: F401 - optional
    except ImportError:
        return False
    return True


def new_axes() -> Axes:
    """Return the axes of a new figure, which a notebook shows."""
    from matplotlib import pyplot as plt  # optional

    return plt.subplots(layout="constrained")[1]


def small_picture(draw: Callable[[Axes], None]) -> bytes | None:
    """Return a small picture in PNG for a notebook, or None where matplotlib is not installed.

    Parameters
    ----------
    draw
        Called with the axes to draw into.
    """
    if not _has_matplotlib():
        return None
    import matplotlib as mpl  # optional
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # optional
    from matplotlib.figure import Figure  # optional
    from PIL import Image  # which matplotlib brings

    content = io.BytesIO()
    with mpl.rc_context({"font.size": 8, "axes.spines.top": False}):
        figure = Figure(figsize=_SMALL, dpi=90, layout="constrained")
        canvas: Any = FigureCanvasAgg(figure)
        draw(figure.subplots())
        canvas.draw()
        # A palette takes a third of the bytes.
        colours = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba(), "raw", "RGBA", 0, 1)
        colours.convert("RGB").quantize(_COLOURS).save(content, "PNG", optimize=True)
    return content.getvalue()


@contextmanager
def picture(path: str | Path, size: tuple[float, float]) -> Iterator[Figure]:
    """Yield a figure to draw into, and write it to a file afterwards; equal drawings give equal bytes.

    Parameters
    ----------
    path
        File of the picture; its suffix (.png, .svg, .pdf) sets the format.
    size
        Width and height in inches.
    """
    import matplotlib as mpl  # optional
    from matplotlib.figure import Figure  # optional

    with mpl.rc_context({"svg.hashsalt": "graphspec", "font.size": 10, "axes.spines.top": False}):
        figure = Figure(figsize=size, layout="constrained")
        yield figure
        _save(figure, Path(path))


def _save(figure: Figure, path: Path) -> None:
    form = path.suffix.lower().lstrip(".")
    # Dates would make equal pictures differ.
    metadata: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(form, {})
    content = io.BytesIO()
    figure.savefig(content, format=form, dpi=150, metadata=metadata)
    write_atomically(path, content.getvalue())
