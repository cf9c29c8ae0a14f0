"""Results of fits and classifications."""

from dataclasses import FrozenInstanceError, replace

import pytest
from fitted import fit_graph

from graphspec import generate
from graphspec.comparison.results import Classification, ClassificationOutcome, SelfMatch

FIT = fit_graph(generate("er", 40, 1, p=0.3), "er", num_references=3)


def fit_of(model, symmetric_kl):
    return replace(FIT, model=model, symmetric_kl=symmetric_kl, self_match=SelfMatch(1.0, 0.2, 2.0))


RANKING = (fit_of("er", 0.5), fit_of("ws", 1.5), fit_of("ba", 2.5))
NAMED, UNDECIDED, REFUTED, EXCLUDED = ClassificationOutcome


@pytest.mark.parametrize(("symmetric_kl", "consistent"), [(0.0, True), (2.0, True), (2.001, False)])
def test_a_fit_is_consistent_up_to_the_limit_of_its_self_match(symmetric_kl, consistent):
    assert fit_of("er", symmetric_kl).consistent is consistent


def test_results_are_frozen_and_their_curves_are_not_shown():
    with pytest.raises(FrozenInstanceError):
        FIT.symmetric_kl = 0.0
    assert "curves" not in repr(FIT)
    assert "symmetric_kl" in repr(FIT)


def test_models_that_explain_are_consistent_and_not_refuted():
    classification = Classification(NAMED, "er", RANKING, {"ws": "er"})
    assert classification.explaining == ("er",)
    assert [classification.explains(name) for name in ("er", "ws", "ba", "sbm")] == [True, False, False, False]
    assert Classification(UNDECIDED, None, RANKING, {}).explaining == ("er", "ws")
    assert Classification(NAMED, "ws", RANKING, {}, {"er": "it is a tree"}).explaining == ("ws",)
    assert Classification(NAMED, "ws", RANKING, {}, without_communities={"er": "few"}).explaining == ("ws",)


@pytest.mark.parametrize(
    ("classification", "distinguishable", "sentence"),
    [
        (
            Classification(NAMED, "er", RANKING, {"ws": "er"}),
            True,
            "er: of the 3 models tried, the simplest that the spectrum does not refute",
        ),
        (
            Classification(NAMED, "er", RANKING[:1], {}),
            True,
            "er: of the one model tried, the simplest that the spectrum does not refute",
        ),
        (
            Classification(UNDECIDED, None, RANKING, {}),
            False,
            "Not distinguishable: the spectrum refutes none of er, ws",
        ),
        (
            Classification(REFUTED, None, RANKING[2:], {}),
            False,
            "None: the spectrum refutes all models that were tried",
        ),
        (
            Classification(EXCLUDED, None, RANKING, {}, {"er": "it is a tree", "ws": "it is a tree"}),
            False,
            "None: the degrees or the spectrum refute all models that were tried",
        ),
    ],
    ids=["several", "one", "undecided", "refuted", "excluded"],
)
def test_the_sentence_of_an_outcome(classification, distinguishable, sentence):
    assert classification.sentence == sentence
    assert classification.distinguishable is distinguishable
