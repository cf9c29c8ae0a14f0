"""``graphspec hessian``."""

from __future__ import annotations

import click

from graphspec.cli._help import GroupedCommand
from graphspec.cli._options import Writing, options_of, plot_option, writing_options
from graphspec.cli._writing import Answers

try:
    from graphspec.hessian import HessianOptions, in_one_frame, run, states_of
except ImportError as error:
    message = f"hessian needs torch and curvlinops ({error}): pip install 'graphspec[hessian]'"
    raise click.ClickException(message) from error


@click.command("hessian", cls=GroupedCommand)
@click.argument("problem", metavar="PROBLEM")
@click.argument("more", metavar="[CHECKPOINT...]", nargs=-1)
@options_of(HessianOptions)
@plot_option()
@writing_options
def command(problem: str, more: tuple[str, ...], options: HessianOptions, plot: str | None, writing: Writing) -> None:
    """Show what the Hessian of a neural network looks like, before and after training.

    PROBLEM is mlp, cnn, cnn-bn or autoencoder, on data that packages ship, or package.module:function, which returns
    a torch model, its loss, and data.

    \b
    Examples:
      graphspec hessian cnn-bn --epochs 0,5,20 --plot ./
      graphspec hessian my.training:problem --checkpoints first.pt last.pt --format json
      graphspec hessian mlp --matrix ggn --parameters '^5' --device cuda
    """
    if more and not options.checkpoints:
        raise click.UsageError(f"one problem at a time: {more[0]} is another; checkpoints follow --checkpoints")
    chosen = options.changed(checkpoints=(*options.checkpoints, *more)) if more else options
    states, results = states_of(chosen), []
    with Answers(writing, states, plot=plot) as answers:
        for name, result in zip(states, run(problem, chosen, answers.console), strict=True):
            answers.draw(result, name.replace(" ", "-"))
            answers.write(result)
            results.append(result)
        if len(states) > 1:  # pictures of a series again, with the same axes
            for name, result in zip(states, in_one_frame(results), strict=True):
                answers.draw(result, name.replace(" ", "-"))
