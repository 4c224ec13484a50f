"""Comparisons: the same batches for all models of a seed, intervals, paired tests, sentences and tables."""

import numpy as np
import pytest
import torch
from scipy import stats
from trainees import Reader, linear, pairs, sums

from rnncourse.training import (
    Comparison,
    TrainingDiverged,
    compare,
    mean_and_interval,
    mean_squared_error,
    predict,
    train,
)
from rnncourse.training import comparison as comparison_module

MODELS = {"small": lambda: Reader(3), "large": lambda: Reader(6)}
TEST = sums(0, np.random.default_rng(99))


def error_of(model):
    """The error on a batch of its own."""
    return float(mean_squared_error(predict(model, TEST), TEST[-1]))


def compared(models=None, seeds=(0, 1), **options):
    arguments = {"steps": 4, "score": error_of, **options}
    return compare(models or MODELS, seeds, sums, mean_squared_error, **arguments)


def test_every_score_is_that_of_a_run_by_itself():
    found = compared(learning_rate=0.1)
    assert list(found.scores) == ["small", "large"]
    assert found.seeds == [0, 1]
    for name, make_model in MODELS.items():
        for seed in (0, 1):
            run = train(make_model, sums, mean_squared_error, steps=4, seed=seed, learning_rate=0.1)
            assert found.scores[name][seed] == error_of(run.model)
            assert np.array_equal(found.runs[name][seed].losses, run.losses)


def test_all_models_of_a_seed_get_the_same_batches():
    seen = {}

    def batches(step, rng):
        batch = sums(step, rng)
        seen.setdefault(step, []).append(batch[0][0, 0, 0])
        return batch

    compare(MODELS, (3, 8), batches, mean_squared_error, steps=2, score=error_of)
    for first in seen.values():
        assert first[:2] == first[2:]  # small with both seeds, then large with both
        assert first[0] != first[1]


def test_a_score_is_taken_in_eval_mode_without_gradients_with_seeded_draws():
    seen = []

    def score(model):
        seen.append((model.training, torch.is_grad_enabled(), torch.get_num_threads()))
        return torch.rand(())

    found = compared(score=score)
    assert seen == [(False, False, 1)] * 4
    assert np.array_equal(found.scores["small"], found.scores["large"])
    assert found.scores["small"][0] != found.scores["small"][1]


def test_a_killed_comparison_goes_on_where_it_was(tmp_path):
    """Names of models may hold what file names may not."""
    steps, models = [], {"LSTM, b = 1/2": lambda: Reader(3), "..": lambda: Reader(6)}

    def batches(step, rng):
        steps.append(step)
        if len(steps) == 10:  # in the third of four runs
            raise KeyboardInterrupt
        return sums(step, rng)

    arguments = {"steps": 4, "every": 1, "score": error_of, "checkpoint": tmp_path / "runs"}
    with pytest.raises(KeyboardInterrupt):
        compare(models, (0, 1), batches, mean_squared_error, **arguments)
    del steps[:]
    found = compare(models, (0, 1), lambda s, r: steps.append(s) or sums(s, r), mean_squared_error, **arguments)
    assert steps == [0, 0, 0, 1, 2, 3, 0, 1, 2, 3]  # two are finished, one goes on after step 0, one is new
    whole = compared(models)
    assert all(np.array_equal(found.scores[name], whole.scores[name]) for name in models)
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == [
        "..-seed0.pt",
        "..-seed1.pt",
        "LSTM%2C%20b%20%3D%201%2F2-seed0.pt",
        "LSTM%2C%20b%20%3D%201%2F2-seed1.pt",
    ]


def test_a_run_that_diverges_says_whose_it_was():
    with pytest.raises(TrainingDiverged) as raised:
        compared(learning_rate=1e30, optimizer=torch.optim.SGD)
    assert raised.value.__notes__ == ["This was small, seed 0."]


def test_the_bar_says_which_run_it_is(monkeypatch):
    words = []
    monkeypatch.setattr(
        comparison_module, "train", lambda *a, progress, **k: words.append(progress) or train(*a, progress=False, **k)
    )
    compared()
    compared(progress=False)
    assert words == ["small, seed 0", "small, seed 1", "large, seed 0", "large, seed 1", False, False, False, False]


@pytest.mark.parametrize("seeds", [[0], [], [1, 1]])
def test_seeds_that_prove_nothing_are_refused(seeds):
    with pytest.raises(ValueError, match=r"seeds: expected at least 2 different integers, got \["):
        compared(seeds=seeds)


def test_seeds_are_listed_and_not_counted():
    with pytest.raises(ValueError, match=r"seeds: expected at least 2 different integers, such as range\(3\), got 3$"):
        compared(seeds=3)


def test_curves_are_scores_of_the_same_runs_at_each_value():
    def scaled(model, value):
        assert not model.training
        assert not torch.is_grad_enabled()
        return value * error_of(model) + value * torch.rand(()).item()

    comparison = compared(seeds=(0, 1, 2))
    curves = comparison.along([1, 4], scaled)
    assert list(curves) == ["small", "large"]
    for name, (values, scores, half_widths) in curves.items():
        assert values.tolist() == [1, 4]
        assert scores.shape == (3, 2)
        assert np.allclose(scores[:, 1], 4 * scores[:, 0])  # the draws are seeded by the run, for each value anew
        noise = scores[:, 0] - comparison.scores[name]
        assert ((noise > 0) & (noise < 1)).all()
        assert len(set(noise.round(6))) == 3
        assert np.allclose(half_widths, [mean_and_interval(column)[1] for column in scores.T])


def test_losses_are_those_of_the_runs_with_gaps_behind_the_shorter():
    comparison = compared(seeds=(0, 1, 2))
    curves = comparison.losses()
    assert list(curves) == ["small", "large"]
    for name, (steps, losses) in curves.items():
        assert steps.tolist() == list(range(1, len(steps) + 1))
        assert np.array_equal(losses, [run.losses for run in comparison.runs[name]])
    shortened = comparison.runs["small"][1]
    shortened.losses = shortened.losses[:-2]
    _, losses = comparison.losses()["small"]
    assert np.isnan(losses).sum() == 2
    assert np.isnan(losses[1, -2:]).all()
    with pytest.raises(ValueError, match="runs: expected those of a training, which compare"):
        Comparison({"a": [1, 2]}).losses()


def test_a_curve_needs_runs_and_finite_scores():
    with pytest.raises(ValueError, match="runs: expected those of a training, which compare"):
        Comparison({"a": [1, 2]}).along([1], error_of)
    with pytest.raises(ValueError, match="score: expected a finite number, got nan for small at 5, seed 0"):
        compared().along([5], lambda model, value: np.nan)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"models": [linear]}, "models: expected a dictionary of at least one model by its name, got "),
        ({"baseline": "RNN"}, "baseline: expected one of small, large, got RNN"),
        ({"score": lambda model: float("nan")}, "score: expected a finite number, got nan for small, seed 0"),
        ({"score": None}, "score: expected a function, got NoneType"),
        ({"score": lambda model: np.inf}, "score: expected a finite number, got inf for small, seed 0"),
    ],
)
def test_what_is_refused(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        compared(**options)


def test_no_models_are_refused():
    with pytest.raises(ValueError, match="models: expected a dictionary of at least one model"):
        compare({}, (0, 1), sums, mean_squared_error, steps=1, score=error_of)


@pytest.mark.parametrize("names", [("one", "one"), ("one", "other")])
def test_a_model_that_is_not_made_anew_is_refused(names):
    model = linear()
    with pytest.raises(
        ValueError, match=rf"models\['{names[1]}'\]: expected a new model from every call, got the same"
    ):
        seeds = (0, 1)
        models = (
            dict.fromkeys(names, lambda: model)
            if names[0] == names[1]
            else {"one": fresh_then(model), "other": lambda: model}
        )
        compare(models, seeds, pairs, mean_squared_error, steps=1, score=lambda model: 1.0)


def fresh_then(model):
    """Makes a new model first, then gives the one."""
    made = iter([linear(), model])
    return lambda: next(made)


SCORES = {"RNN": [0.50, 0.55, 0.47], "LSTM": [0.62, 0.69, 0.58], "GRU": [0.52, 0.50, 0.51]}


def test_intervals_are_those_of_the_scores():
    found = Comparison(SCORES)
    assert found.intervals == {name: mean_and_interval(scores) for name, scores in SCORES.items()}
    assert found.baseline == "RNN"


def test_differences_are_paired_and_corrected():
    found = Comparison(SCORES)
    p = {name: stats.ttest_rel(SCORES[name], SCORES["RNN"]).pvalue for name in ("LSTM", "GRU")}
    assert p["LSTM"] < p["GRU"]
    assert found.difference("LSTM").p == pytest.approx(2 * p["LSTM"])
    assert found.difference("GRU").p == pytest.approx(p["GRU"])
    assert found.difference("LSTM").mean == pytest.approx(np.mean(SCORES["LSTM"]) - np.mean(SCORES["RNN"]))


def test_a_pair_has_one_p_whichever_comes_first():
    """Also where the correction would be another one with the other model as the baseline."""
    scores = {"A": [0.50, 0.52, 0.48], "B": [0.60, 0.66, 0.55], "C": [0.61, 0.62, 0.59]}
    found = Comparison(scores)
    one, other = found.difference("B", "A"), found.difference("A", "B")
    assert (one.mean, one.half_width, one.p) == pytest.approx((-other.mean, other.half_width, other.p))
    assert one.p < 0.05 < Comparison(scores, baseline="B").difference("A").p


def test_a_pair_without_the_baseline_is_corrected_as_if_the_second_were_it():
    elsewhere = Comparison(SCORES, baseline="LSTM")
    assert Comparison(SCORES).difference("GRU", "LSTM") == elsewhere.difference("GRU")


def test_two_models_need_no_correction():
    two = {name: SCORES[name] for name in ("RNN", "LSTM")}
    p = stats.ttest_rel(two["LSTM"], two["RNN"]).pvalue
    assert Comparison(two).difference("LSTM").p == pytest.approx(p)


def test_sentences():
    two = Comparison({name: SCORES[name] for name in ("RNN", "LSTM")})
    assert two.sentence("LSTM", "RNN") == (
        "LSTM is higher than RNN by 0.123 ± 0.038 (95 %, paired over 3 seeds, p = 0.0051): more than chance"
    )
    assert two.sentence("RNN", "LSTM") == (
        "RNN is lower than LSTM by 0.123 ± 0.038 (95 %, paired over 3 seeds, p = 0.0051): more than chance"
    )
    assert two.sentence("LSTM") == two.sentence("LSTM", "RNN")
    assert Comparison(SCORES).sentence("GRU") == (
        "GRU and RNN cannot be told apart with 3 seeds: they differ by 0.00 ± 0.12 "
        "(95 %, paired, p = 0.91, Holm's correction for 2)"
    )


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ([1.0, 1.0, 1.0], "B is higher than A by 0.5 with each of 3 seeds: more than chance"),
        ([0.25, 0.25, 0.25], "B is lower than A by 0.25 with each of 3 seeds: more than chance"),
        ([0.5, 0.5, 0.5], "B and A have the same score with each of 3 seeds"),
        ([0.5001, 0.5, 0.5], "B and A cannot be told apart with 3 seeds: they differ by 0.00003 ± 0.00014 (95 %, pai"),
    ],
)
def test_sentences_of_scores_without_spread(others, sentence):
    assert Comparison({"A": [0.5] * 3, "B": others}).sentence("B").startswith(sentence)


def test_what_the_sentence_says_holds_in_many_experiments():
    """Without a difference "more than chance" comes in 5 of 100; with a large one almost always."""
    rng, said = np.random.default_rng(0), {0.0: 0, 3.0: 0}
    for gap in said:
        for _ in range(1000):
            base = rng.normal(0, 10, 5)  # the seeds differ much more than the models
            scores = {"A": base + rng.normal(0, 1, 5), "B": base + gap + rng.normal(0, 1, 5)}
            said[gap] += Comparison(scores).sentence("B").endswith("more than chance")
    assert 30 < said[0.0] < 70
    assert said[3.0] > 900


def test_a_table_in_words():
    assert repr(Comparison(SCORES)).splitlines() == [
        "model  score          minus RNN      p",
        "RNN    0.51 ± 0.10    –              –",
        "LSTM   0.63 ± 0.14    0.123 ± 0.038  0.01",
        "GRU    0.510 ± 0.025  0.00 ± 0.12    0.91",
        "Means over 3 seeds ± half of the 95 % interval; p: paired t-test, Holm's correction for 2.",
    ]


def test_a_table_in_markdown_survives_a_bar_in_a_name():
    two = Comparison({"A|B": [1.0, 2.0, 3.0], "C": [1.0, 2.0, 3.0]})
    assert two._repr_markdown_() == (
        "| model | score | minus A\\|B | p |\n| --- | ---: | ---: | ---: |\n"
        "| A\\|B | 2.0 ± 2.5 | – | – |\n| C | 2.0 ± 2.5 | 0 ± 0 | 1 |\n\n"
        "Means over 3 seeds ± half of the 95 % interval; p: paired t-test."
    )


def test_one_model_has_an_interval_and_nothing_to_compare_with():
    assert repr(Comparison({"LSTM": [1.0, 3.0]})).splitlines() == [
        "model  score",
        "LSTM   2 ± 13",
        "Means over 2 seeds ± half of the 95 % interval.",
    ]


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [
        ({"A": [1.0, 2.0], "B": [1.0]}, r"scores\['B'\]: expected 2 finite numbers, one for each seed, got \[1.0\]"),
        ({"A": [1.0, np.nan], "B": [1.0, 2.0]}, r"scores\['A'\]: expected 2 finite numbers, .* got \[1.0, nan\]"),
        ({"A": [1.0], "B": [1.0]}, r"seeds: expected at least 2 different integers, got \[0\]"),
        ({"A": [[1.0], [2.0]]}, r"scores\['A'\]: expected 2 finite numbers"),
        ({}, "models: expected a dictionary of at least one model by its name"),
    ],
)
def test_scores_that_are_refused(scores, sentence):
    with pytest.raises(ValueError, match=sentence):
        Comparison(scores)


def test_names_that_are_not_there_are_refused():
    found = Comparison(SCORES)
    with pytest.raises(ValueError, match="name: expected one of RNN, LSTM, GRU, got Elman"):
        found.sentence("Elman")
    with pytest.raises(ValueError, match="name: expected one of RNN, LSTM, GRU, got Elman"):
        found.difference("LSTM", "Elman")
    with pytest.raises(ValueError, match="other: expected another model than RNN, got the same"):
        found.difference("RNN")


def test_two_seeds_with_the_same_difference_say_too_little():
    two, three = (Comparison({"A": [0.5] * n, "B": [1.0] * n}) for n in (2, 3))
    assert two.sentence("B") == "B is higher than A by 0.5 with each of 2 seeds: too few to tell it from chance"
    assert three.sentence("B") == "B is higher than A by 0.5 with each of 3 seeds: more than chance"
