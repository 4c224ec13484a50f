"""Mistakes planted in training one at a time, each shown to be caught by a test that stands in another file here."""

import pytest
import test_comparison
import test_divergence
import test_intervals
import test_predict
import test_train
import test_train_resumed
import torch
from scratch.planting import with_bug

from rnncourse.training import loop, tensors
from rnncourse.training.comparison import Comparison
from rnncourse.training.plan import Plan
from rnncourse.training.randomness import StepSeeds
from rnncourse.training.session import Session


def losses(folder):
    test_train.test_the_losses_are_those_of_a_plain_loop(0.5, torch.optim.SGD)


def modes(folder):
    test_train.test_the_model_trains_in_train_mode_and_comes_back_in_eval_mode()


def batches(folder):
    test_train.test_what_a_batch_may_hold()


def schedule(folder):
    test_train.test_one_cycle_rises_over_a_tenth_and_falls_to_almost_nothing(100)


def draws(folder):
    test_train.test_every_batch_gets_the_generator_of_its_seed_and_step()


def state(folder):
    test_train.test_a_step_with_a_carried_state_is_that_of_the_whole_text_in_pieces()


def best_weights(folder):
    test_train.test_the_weights_of_the_best_evaluation_come_back("higher", [1, 3, 2, 3], (4, 3))


def slope(folder):
    test_divergence.test_a_broken_gradient_is_seen_before_it_reaches_the_weights()


def kept_weights(folder):
    test_divergence.test_the_weights_from_before_are_kept(5)


def resumed(place):
    settings = test_train_resumed.SETTINGS[place]
    return lambda folder: test_train_resumed.test_a_break_at_any_step_changes_nothing(folder, 7, settings)


def another(place):
    return lambda folder: test_train_resumed.test_the_file_of_another_run_is_refused(
        folder, *test_train_resumed.CHANGES[place]
    )


def known_interval(folder):
    test_intervals.test_a_known_case()


def paired_test(folder):
    test_intervals.test_two_seeds_are_enough_for_a_test()


def holm(folder):
    test_intervals.test_holm_by_hand([0.04, 0.01, 0.03], [0.06, 0.03, 0.06])


def corrected(folder):
    test_comparison.test_differences_are_paired_and_corrected()


def either_way(folder):
    test_comparison.test_a_pair_has_one_p_whichever_comes_first()


def sentences(folder):
    test_comparison.test_sentences()


def predictions(folder):
    test_predict.test_predictions_are_the_models_in_eval_mode()


PLANTS = [
    (Session, "step", "self._optimizer.zero_grad()", "pass", losses),
    (Session, "step", "norm = self._clipped_norm()", "norm = 1.0", losses),
    (Session, "_clipped_norm", "self.plan.clip_norm)", "2 * self.plan.clip_norm)", losses),
    (Session, "step", "self._schedule.step()", "pass", schedule),
    (Session, "step", "_detached(extra) if", "None if", state),
    (Session, "step", "or not math.isfinite(norm)", "", slope),
    (Session, "step", "buffer.copy_(before)", "pass", kept_weights),
    (Session, "evaluate", "tensor.clone()", "tensor", best_weights),
    (Session, "evaluate", "with evaluating(self.model):", "if True:", modes),
    (Session, "finished_run", "self.model.load_state_dict(self._best_weights)", "pass", best_weights),
    (Session, "run", "self.model.eval()", "self.model", modes),
    (Session, "load", 'self.model.load_state_dict(content["model"])', "pass", resumed(0)),
    (Session, "load", 'self._optimizer.load_state_dict(content["optimizer"])', "pass", resumed(0)),
    (Session, "load", 'self._schedule.load_state_dict(content["schedule"])', "pass", resumed(1)),
    (Session, "load", 'self.evaluations = content["evaluations"]', "pass", resumed(3)),
    (Session, "load", 'content["best"], content["best_weights"]', "None, None", resumed(3)),
    (Session, "identity", '| {"optimizer": self._optimizer_name}', "", another(8)),
    (Plan, "identity", '!= "optimizer"', 'not in ("optimizer", "seed")', another(0)),
    (Plan, "improves", "value > best if", "value >= best if", best_weights),
    (Plan, "improves", '"higher"', '"lower"', best_weights),
    (StepSeeds, "_made", "[self._seed, step]", "[self._seed]", draws),
    (StepSeeds, "_made", "[self._seed, step]", "[step]", draws),
    (StepSeeds, "start", "seed_torch(torch_seed, self._device)", "seed_torch(self._seed, self._device)", draws),
    (loop, "resume", "if not math.isclose(first, session.losses[0], rel_tol=1e-4):", "if False:", another(12)),
    (loop, "resume", "if then.get(name) != now.get(name):", "if False:", another(2)),
    (tensors, "_target_type", "np.int64", "np.int32", batches),
    (test_predict, "predict", "with evaluating(model):", "if True:", predictions),
    (test_intervals, "mean_and_interval", "ddof=1", "ddof=0", known_interval),
    (test_intervals, "mean_and_interval", "LEVEL / 2", "LEVEL", known_interval),
    (test_intervals, "mean_and_interval", "stdtrit(n - 1,", "stdtrit(n,", known_interval),
    (test_intervals, "paired_difference", "2 * stdtr(", "stdtr(", paired_test),
    (test_intervals, "paired_difference", "stdtr(n - 1,", "stdtr(2 * n - 2,", paired_test),
    (test_intervals, "holm", "np.maximum.accumulate(raised)", "raised", holm),
    (test_intervals, "holm", "np.arange(len(p_values), 0, -1)", "len(p_values)", holm),
    (test_intervals, "holm", "corrected[order] =", "corrected[:] =", holm),
    (Comparison, "difference", "holm([test.p for test in tests])", "[test.p for test in tests]", corrected),
    (Comparison, "difference", "self.baseline in (name, other)", "False", either_way),
    (Comparison, "sentence", "found.mean > 0", "found.mean < 0", sentences),
    (Comparison, "sentence", "if found.is_clear:", "if True:", sentences),
]


@pytest.mark.parametrize(("place", "name", "right", "wrong", "check"), PLANTS)
def test_a_planted_mistake_is_seen(place, name, right, wrong, check, monkeypatch, tmp_path):
    monkeypatch.setattr(place, name, with_bug(getattr(place, name), right, wrong))
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(tmp_path)


@pytest.mark.parametrize("check", dict.fromkeys(plant[-1] for plant in PLANTS))
def test_the_checks_pass_without_a_mistake(check, tmp_path):
    check(tmp_path)
