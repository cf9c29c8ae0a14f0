"""Answers in words: the numbers of the records, with their intervals and reasons."""

import pytest
from report_folders import classify, clusters, detectable, gap, spectrum, tried, write

from graphspec.report import load_results
from graphspec.report.answers import Answers, Interval


@pytest.fixture
def answers(tmp_path):
    """Return the function that gives the answers of one record."""

    def answers_of(record):
        write(tmp_path, {f"{record['command']}/a": record})
        return Answers.of(load_results(tmp_path).rows[0])

    return answers_of


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("found", "text", "detail", "value", "reason"),
    [
        (detectable(), "5", "confirmed; estimate 2.6 to 6.2", 5, ""),
        (detectable(confirmed=None), "4.3", "2.6 to 6.2", 4.3, ""),
        (detectable(low=4, high=6), "5", "confirmed 4 to 6; estimate 2.6 to 6.2", 5, ""),
        (detectable(p_value=0.2), "5", "confirmed; estimate 2.6 to 6.2; the last may be chance, p = 0.2", 5, ""),
        (detectable(levels=(30, 5)), "5", "confirmed; estimate 2.6 to 6.2; 30 in 5 groups", 5, ""),
        (detectable(levels=(5,)), "5", "confirmed; estimate 2.6 to 6.2; 5 groups stand out", 5, ""),
        (detectable(levels=()), "5", "confirmed; estimate 2.6 to 6.2", 5, ""),
        (detectable(p_value=None), "5", "confirmed; estimate 2.6 to 6.2", 5, ""),
        (
            detectable("scales"),
            "5",
            "confirmed; estimate 2.6 to 6.2",
            5,
            "5 eigenvalues are low enough for communities, but run through the threshold without a gap: they count "
            "scales, not groups",
        ),
        (
            detectable("none", (1, 1, 1), 1),
            "1",
            "confirmed; estimate 1.0",
            1,
            "nothing stands out of what random edges make (1: confirmed; estimate 1.0)",
        ),
        (
            detectable("none", None, None),
            "none",
            "too few edges",
            None,
            "the graph has too few edges for communities to be detected",
        ),
        (detectable(count=(12345.6, 12000.2, 13000.7), confirmed=None), "12,346", "12,000 to 13,001", 12345.6, ""),
    ],
)
def test_communities(answers, found, text, detail, value, reason):
    answer = answers(clusters(found)).communities
    assert (answer.text, plain(answer.detail), answer.value, plain(answer.reason)) == (text, detail, value, reason)
    assert answer.kinds == (found["kind"],)


def test_the_interval_of_communities_is_drawn_with_the_confirmed_count(answers):
    assert answers(clusters("groups")).communities.interval == Interval(2.6, 6.2, 5)
    assert answers(clusters("scales")).communities.interval == Interval(2.6, 6.2, 5)
    assert answers(clusters("none")).communities.interval is None


COUNT = (4.4, 3.1, 5.7)


@pytest.mark.parametrize(
    ("record", "text", "detail", "kind", "reason"),
    [
        (clusters(count=COUNT, confirmed=5, candidates=[gap()]), "5", "confirmed; estimate 3.1 to 5.7", "gap", ""),
        (clusters(count=COUNT, candidates=[gap()]), "4.4", "3.1 to 5.7", "gap", ""),
        (
            clusters(count=(20, 20, 20), candidates=[gap(trivial=True)]),
            "20",
            "only the components",
            "no gap",
            "the only gap lies above the zero eigenvalues of the 20 components",
        ),
        (
            clusters(count=(1, 1, 1), confirmed=1, candidates=[gap(trivial=True)]),
            "1",
            "only the component",
            "no gap",
            "the only gap lies above the zero eigenvalue of the one component",
        ),
        (
            clusters(count=(7, 7, 7)),  # no edges
            "7",
            "only the components",
            "no gap",
            "the only gap lies above the zero eigenvalues of the 7 components",
        ),
        (
            clusters(candidates=[gap(significant=False, trivial=True), gap(significant=False)]),
            "no gap",
            "",
            "no gap",
            "the gap from 0.1 to 0.4 is not significant (8.0 times the resolution of the density)",
        ),
        (
            clusters(candidates=[gap(significant=False, excluded="forest")]),
            "no gap",
            "",
            "no gap",
            "the gap from 0.1 to 0.4 separates no clusters (forest)",
        ),
        (
            clusters(),
            "no gap",
            "",
            "no gap",
            "the density shows none but that above the zero eigenvalues of components",
        ),
        (clusters(count=COUNT, rule="threshold"), "4.4", "3.1 to 5.7; threshold at 0.25", "rule", ""),
    ],
)
def test_clusters_by_the_gap(answers, record, text, detail, kind, reason):
    answer = answers(record).gap
    assert (answer.text, plain(answer.detail), answer.kinds, answer.reason) == (text, detail, (kind,), reason)


def test_what_was_not_asked_has_no_answer(answers):
    found = answers(clusters(None, rule="detectable"))
    assert [each.text for each in found] == ["", "", "", ""]
    assert found.open_questions == []


@pytest.mark.parametrize(
    ("best", "ranking", "text", "detail", "reason"),
    [
        ("ws", [tried("ws", consistent=True, k=8, p=0.1)], "ws", "k = 8, p = 0.1", ""),
        (
            None,
            [tried("er", consistent=True), tried("ba", consistent=True), tried("ws", impossible="odd")],
            "cannot tell",
            "er or ba",
            "the spectrum does not tell er and ba apart; not ws: odd",
        ),
        (
            None,
            [tried("er"), tried("ba", refuted_by="er")],
            "cannot tell",
            "none of er or ba",
            "not er: its divergence is 0.3, where graphs of the model have 0.02; not ba: er is nearer",
        ),
    ],
)
def test_models(answers, best, ranking, text, detail, reason):
    answer = answers(classify(best, ranking)).model
    assert (answer.text, answer.detail, answer.reason) == (text, detail, reason)


def test_a_solver_that_did_not_converge_is_an_open_question(answers):
    (question, answer) = answers(spectrum(converged=False)).open_questions[0]
    assert (question, answer.reason) == ("spectrum", "the solver of the density did not converge (residual 1e-10)")
    assert answers(spectrum()).open_questions == []
