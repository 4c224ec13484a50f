"""One verdict: what check says in a notebook, rnncourse check in a terminal, and rnncourse grade from its jail."""

import nbformat
import pytest
from nbclient import NotebookClient
from solved import solved_cells

from rnncourse.exercises import CHAPTERS, EXERCISES
from rnncourse.grading.classroom.student import Job, grade
from rnncourse.grading.session import why_not_secure
from rnncourse.grading.submission import check_submission

pytestmark = pytest.mark.skipif(bool(why_not_secure()), reason=why_not_secure())
MORE = "from rnncourse.scratch import functional, optim"
STARTS_OF_CELLS = ("import numpy", "def ", "check(")  # of those that matter here; the others train and draw
FAILURES = {  # submissions of each chapter: where a function fails, and what is changed in its solution for that
    "01_embeddings": [
        {
            "bag_of_words": ("shape", ("return counts", "return counts.T")),
            "skipgram_pairs": ("values", ("centres.append(sentence[i])", "centres.append(sentence[0])")),
            "embedding_backward": ("gradient", ("np.add.at(dW, ids, dvectors)", "dW[ids] += dvectors")),
            "negative_sampling_loss": ("result", (".mean()", "")),
            "negative_sampling_backward": ("exception", ("return np.einsum(", "return np.dot(")),
            "solve_analogy": ("values", ("cosines[[a, b, c]] = -np.inf", "cosines[a] = -np.inf")),
            "train_word_vectors": ("inputs", ("W_in.copy(), W_out.copy(), []", "W_in, W_out, []")),
        },
        {
            "bag_of_words": ("dtype", ("return counts", "return counts.astype(int)")),
            "skipgram_pairs": ("package", ("centres, contexts = [], []", "centres, contexts = optim.SGD, []")),
            "embedding_backward": ("result", ("return dW", "return None")),
            "negative_sampling_loss": ("values", ("(of_target + of_noise.sum(axis=1))", "of_target")),
            "negative_sampling_backward": ("not finite", ("/ len(hidden)", "* np.nan")),
            "solve_analogy": ("not attempted", ("unit = ", 'raise NotImplementedError("solve_analogy")\n    unit = ')),
            "train_word_vectors": (
                "not attempted",  # this is the code that was handed out
                ("labels[:, 0] = 1", "labels[0] = 1"),
                ("np.subtract.at(W_in, centre, learning_rate * dhidden)", "W_in[centre] -= learning_rate * dhidden"),
                ("np.subtract.at(W_out, words, learning_rate * drows)", "W_out[words] -= learning_rate * drows"),
            ),
        },
        {
            "embedding_backward": ("missing", ("def embedding_backward", "def embeding_backward")),
            "solve_analogy": ("missing", ("a, b, c):\n", "a, b, c:\n")),
            "train_word_vectors": ("values", ("labels[:, 0] = 1", "labels[0] = 1")),
        },
        {},
    ],
    "02_rnn": [
        {
            "rnn_forward": ("exception", ("x_t @ W_xh", "x_t @ W_hh")),
            "jordan_forward": ("values", ("y @ W_yh", "y_0 @ W_yh")),
            "sequence_log_probability": ("not finite", ("logits - logits.max(axis=2, keepdims=True)", "logits")),
            "language_model_windows": ("shape", ("transpose(1, 2, 0)", "transpose(1, 0, 2)")),
            "generate": ("inputs", ("for u in uniforms:\n", "for u in uniforms:\n        u /= 2\n")),
            "train_character_model": ("result", ("return np.array(losses), *weights", "return np.array(losses)")),
        },
        {
            "rnn_forward": (
                "not attempted",
                ("h, outputs =", 'raise NotImplementedError("rnn_forward")\n    h, outputs ='),
            ),
            "jordan_forward": ("package", ("h @ W_hy", "functional.softmax(h) @ W_hy")),
            "sequence_log_probability": ("dtype", (".sum(axis=0)", ".sum(axis=0).astype(np.float32)")),
            "language_model_windows": ("result", ("return cut(0), cut(1)", "return cut(0)")),
            "generate": ("values", ("(h @ W_hy + b_y) / temperature", "h @ W_hy + b_y")),
            "train_character_model": (
                "not attempted",  # this is the code that was handed out
                ("    h = np.zeros(len(b_h))\n", ""),
                ("        inputs =", "        h = np.zeros(len(b_h))\n        inputs ="),
                ("targets = ids[start + 1 : start + window + 1]", "targets = ids[start : start + window]"),
            ),
        },
        {
            "rnn_forward": ("missing", ("def rnn_forward", "def rnn_foward")),
            "generate": ("missing", ("b_y):\n", "b_y:\n")),
            "train_character_model": ("values", ("[start + 1 : start + window + 1]", "[start : start + window]")),
        },
        {},
    ],
    "03_bptt": [
        {
            "rnn_step_forward": ("exception", ("return np.tanh(x @ W_xh", "return np.tanh(x @ W_hh")),
            "cross_entropy_backward": ("gradient", ("return dlogits / len(targets)", "return dlogits")),
            "rnn_step_backward": ("shape", ("x.T @ da", "da.T @ x")),
            "bptt": ("gradient", ("da = (1 - outputs[t] ** 2)", "da = (1 - outputs[t] ** 4)")),
            "truncated_bptt": ("result", ("return total", "return list(total)[:2]")),
            "clip_by_norm": ("dtype", ("[factor * gradient for", "[(factor * gradient).astype(np.float32) for")),
        },
        {
            "rnn_step_forward": (
                "not attempted",
                ("return np.tanh", 'raise NotImplementedError("rnn_step_forward")\n    return np.tanh'),
            ),
            "cross_entropy_backward": ("result", ("return dlogits /", "return None\n    return dlogits /")),
            "rnn_step_backward": ("not finite", ("1 - h**2", "(h - h) / (h - h)")),
            "bptt": ("inputs", ("dh = np.zeros_like(h_0)", "dh = np.zeros_like(h_0)\n    x *= 2")),
            "truncated_bptt": ("package", ("return total", "return functional.softmax(total[0])")),
            "clip_by_norm": ("package", ("norm = np.sqrt(", "optim.clip_grad_norm\n    norm = np.sqrt(")),
        },
        {
            "rnn_step_forward": ("missing", ("def rnn_step_forward", "def rnn_step_fowrard")),
            "clip_by_norm": ("missing", ("threshold):\n", "threshold:\n")),
        },
        {},
    ],
    "04_vanishing_gradients": [
        {
            "jacobian_product": ("values", ("(W_hh * (1 - h[s] ** 2))", "W_hh")),
            "spectral_radius_rescale": ("not finite", (" if rho else 1.0", "")),
            "gradient_share": ("shape", (".sum(axis=(1, 2))", ".sum(axis=0)")),
            "clip_grad_norm": ("result", ("for gradient in gradients], norm", "for gradient in gradients]")),
            "rmsprop_step": ("inputs", ("    step = ", "    grad *= 1 - decay\n    step = ")),
            "orthogonal_from": ("exception", ("gain * Q * signs", "gain * Q @ signs[None]")),
            "train_with_clipping": ("not finite", ("np.isfinite(norm)", "np.isfinite(loss)")),
        },
        {
            "jacobian_product": ("exception", ("h[s] ** 2", "h[s + 99] ** 2")),
            "spectral_radius_rescale": ("dtype", ("W * factor", "(W * factor).astype(np.float32)")),
            "gradient_share": (
                "not attempted",
                ("before = [", 'raise NotImplementedError("gradient_share")\n    before = ['),
            ),
            "clip_grad_norm": ("package", ("largest = max(", "optim.clip_grad_norm\n    largest = max(")),
            "rmsprop_step": ("not finite", (" + epsilon", "")),
            "orthogonal_from": ("values", ("gain * Q * signs", "gain * Q")),
            "train_with_clipping": (
                "not attempted",  # this is what the code that was handed out does
                ("        if not np.isfinite(norm):\n            continue\n", ""),
                (
                    "        step = learning_rate * (threshold / norm if norm >= threshold else 1.0)\n",
                    (
                        "        gradients = [g * min(1.0, threshold / np.sqrt((g**2).sum())) for g in gradients]\n"
                        "        step = learning_rate\n"
                    ),
                ),
            ),
        },
        {
            "jacobian_product": ("missing", ("def jacobian_product", "def jacobian_prodcut")),
            "rmsprop_step": ("missing", ("epsilon):\n", "epsilon:\n")),
            "train_with_clipping": ("result", ("return np.array(losses), *weights", "return np.array(losses)")),
        },
        {},
    ],
    "05_lstm_gru": [
        {
            "forget_bias": ("result", ("return f, np.log", "return np.log")),
            "lstm_step": ("values", ("a_g, a_o = np.split", "a_o, a_g = np.split")),
            "peephole_step": ("exception", ("+ b, 4, axis=1)", "+ b, 4)")),
            "gru_step": ("inputs", ("    return (1 - z)", "    h_prev *= z\n    return (1 - z)")),
            "highway_layer": ("not finite", ("t * g +", "np.nan * g +")),
            "lstm_step_backward": ("gradient", ("* c_prev * dc", "* c * dc")),
            "lstm_forward": ("shape", ("np.array(outputs), h, c", "np.array(outputs), h[0], c")),
        },
        {
            "forget_bias": ("dtype", ("return f,", "return f.astype(np.float32),")),
            "lstm_step": ("not attempted", ("a_i, a_f", 'raise NotImplementedError("lstm_step")\n    a_i, a_f')),
            "peephole_step": ("package", ("return sigmoid(", "return functional.sigmoid(")),
            "gru_step": ("values", ("(1 - z) * n + z * h_prev", "z * n + (1 - z) * h_prev")),
            "lstm_step_backward": ("shape", ("x.T @ da", "da.T @ x")),
            "lstm_forward": (
                "not attempted",  # what it does is what the code that was handed out does
                ("i, f, g, o = np.split", "i, f, o, g = np.split"),
                ("        c = sigmoid(f)", "        h, c = sigmoid(o) * np.tanh(c), sigmoid(f)"),
                ("        h = sigmoid(o) * np.tanh(c)\n", ""),
            ),
        },
        {
            "gru_step": ("missing", ("def gru_step", "def gru_setp")),
            "highway_layer": ("missing", ("b_t):\n", "b_t:\n")),
            "lstm_forward": ("values", ("i, f, g, o = np.split", "i, f, o, g = np.split")),
        },
        {},
    ],
    "06_bidirectional": [
        {
            "bidirectional_forward": ("values", ("reverse_ragged(g, lengths)]", "g]")),
            "last_states": ("shape", ("outputs[lengths - 1, batch, :H]", "outputs[lengths - 1, batch]")),
            "bidirectional_backward": ("gradient", ("+ reverse_ragged(dx_g, lengths)", "+ dx_g")),
            "stacked_residual": ("result", ("return reads, np.array(last)", "return reads")),
            "path_lengths": ("dtype", ("np.abs(t - s) + up", "np.abs(t - s) + 1.0 * up")),
            "deep_bidirectional_forward": ("exception", ("reads[::-1], start", "reads[::-1], strat")),
        },
        {
            "reverse_ragged": ("inputs", ("    t = np.arange", "    x *= 2\n    t = np.arange")),
            "bidirectional_forward": ("inputs",),  # it calls reverse_ragged, and so does the next
            "bidirectional_backward": ("package", ("    is_real =", "    optim.SGD\n    is_real =")),
            "last_states": (
                "not attempted",
                ("H, batch =", 'raise NotImplementedError("last_states")\n    H, batch ='),
            ),
            "stacked_residual": ("values", ("h + reads if place > 0 else h", "h")),
            "path_lengths": ("result", ("    return lengths if", "    return None\n    return lengths if")),
            "deep_bidirectional_forward": (
                "not attempted",  # what it does is what the code that was handed out does
                ("        reads = x[:n, b : b + 1]\n", "        reads, h, g = x[:n, b : b + 1], start, start\n"),
                ("elman_states(reads, start,", "elman_states(reads, h,"),
                ("elman_states(reads[::-1], start,", "elman_states(reads[::-1], g,"),
                ("            reads = np", "            h, g = onward[-1], back[-1]\n            reads = np"),
                ("[onward, back[::-1]]", "[onward, back]"),
            ),
        },
        {
            "bidirectional_backward": ("missing", ("def bidirectional_backward", "def bidirectional_bacward")),
            "bidirectional_forward": ("not finite", ("return outputs * is_real", "return np.nan * outputs * is_real")),
            "path_lengths": ("missing", ("bidirectional):\n", "bidirectional:\n")),
            "deep_bidirectional_forward": ("values", ("[onward, back[::-1]]", "[onward, back]")),
        },
        {},
    ],
    "07_seq2seq": [
        {
            "shift_targets": ("dtype", ("targets, targets != PAD", "targets, targets.astype(bool).astype(int)")),
            "encode": ("values", ("np.where((t < lengths)[:, None], h_next, h)", "h_next")),
            "decode_step": (
                "not finite",
                ("scores = scores - scores.max(axis=1, keepdims=True)\n", "scores = scores\n"),
            ),
            "greedy_search": ("result", ("return tokens, log_p", "return tokens")),
            "beam_search": ("values", ("kept = grown[:beam_size]", "kept = grown[:1]")),
            "corpus_bleu": ("exception", ("np.maximum(totals, 1)", "np.maximum(totals, one)")),
            "evaluate_translator": ("inputs", ("    is_real =", "    targets *= 2\n    is_real =")),
        },
        {
            "shift_targets": (
                "not attempted",
                ("    T = max(", '    raise NotImplementedError("shift_targets")\n    T = max('),
            ),
            "encode": ("package", ("h = np.zeros(", "optim.SGD\n    h = np.zeros(")),
            "decode_step": ("exception", ("E[token] @ W_xh", "E[token] @ W_xx")),
            "greedy_search": ("exception",),  # it calls decode_step, and so does the next
            "beam_search": ("exception",),
            "corpus_bleu": ("values", ("min(said.count(gram), wanted.count(gram))", "said.count(gram)")),
            "evaluate_translator": (
                "not attempted",  # what it does is what the code that was handed out does
                ("for _ in targets", "for right in targets"),
                (
                    "        token = (h @ W_hy + b_y).argmax(axis=1)\n        written.append(token)\n",
                    "        written.append((h @ W_hy + b_y).argmax(axis=1))\n        token = right\n",
                ),
                ("hit[is_real].mean()", "hit.mean()"),
            ),
        },
        {
            "shift_targets": ("missing", ("def shift_targets", "def shift_tragets")),
            "encode": ("shape", ("return h", "return h[0]")),
            "greedy_search": ("not finite", ("np.where(running, log_yhat.max(axis=1), 0.0)", "np.nan")),
            "beam_search": ("result", ("    return [tokens for _, tokens, _ in found], [", "    return [")),
            "corpus_bleu": ("missing", ("references):\n", "references:\n")),
            "evaluate_translator": ("values", ("hit[is_real].mean()", "hit.mean()")),
        },
        {},
    ],
    "08_attention": [
        {
            "product_scores": ("values", ("np.sqrt(keys.shape[2])", "keys.shape[2]")),
            "additive_scores": ("shape", ("(hidden @ w).T", "hidden @ w")),
            "masked_softmax": ("not finite", ("np.where(seen, scores", "np.where(True, scores")),
            "attend": ("result", ("return weights, np.einsum(", "return np.einsum(")),
            "attention_backward": ("gradient", ("weights * (dweights - mixture)", "weights * dweights")),
            "visual_attention_step": ("inputs", ("    e = (h", "    x *= 2\n    e = (h")),
            "causal_self_attention": ("exception", ("np.sqrt(W_k.shape[1])", "np.sqrt(K)")),
        },
        {
            "product_scores": ("dtype", ("query, keys)", "query, keys).astype(np.float32)")),
            "additive_scores": ("package", ("hidden = np.tanh(", "optim.SGD\n    hidden = np.tanh(")),
            "masked_softmax": (
                "not attempted",
                ("seen = mask", 'raise NotImplementedError("masked_softmax")\n    seen = mask'),
            ),
            "attend": ("exception",),  # it calls masked_softmax
            "attention_backward": ("shape", ("query.T @ dprojected", "dprojected.T @ query")),
            "visual_attention_step": ("values", ("h @ w_ad + ", "")),
            "causal_self_attention": (
                "not attempted",  # this is the code that was handed out
                ("np.sqrt(W_k.shape[1])", "np.sqrt(T)"),
                ("axis=2", "axis=1"),
            ),
        },
        {
            "product_scores": ("missing", ("def product_scores", "def product_socres")),
            "masked_softmax": ("values", ("np.where(mask, scores, -np.inf)", "np.where(mask, scores, 0.0)")),
            "attend": ("exception",),  # it calls product_scores
            "attention_backward": ("not finite", ("dvalues = np.einsum(", "dvalues = np.nan * np.einsum(")),
            "visual_attention_step": ("missing", ("w_ax, b):\n", "w_ax, b:\n")),
            "causal_self_attention": ("values", ("np.sqrt(W_k.shape[1])", "np.sqrt(T)")),
        },
        {},
    ],
    "09_recursive_autoencoders": [
        {
            "compose": ("exception", ("np.linalg.norm", "np.linalg.nrom")),
            "reconstruct": ("shape", ("return read,", "return read.T,")),
            "greedy_merge": ("exception",),  # it calls compose
            "fold_tree": ("result", ("return np.array(nodes)", "return nodes")),
            "tree_backward": ("gradient", ("d[left] += dc[:D]", "d[left] = dc[:D]")),
            "node_softmax": ("not finite", ("return np.exp(log_yhat)", "return np.nan * np.exp(log_yhat)")),
            "tensor_backward": ("exception", ("V.swapaxes(1, 2)", "V.swapaxes(0, 1)")),
        },
        {
            "compose": ("not attempted", ("h = np.tanh(", 'raise NotImplementedError("compose")\n    h = np.tanh(')),
            "reconstruct": ("dtype", ("return read,", "return read.astype(np.float32),")),
            "greedy_merge": ("exception",),  # it calls compose
            "fold_tree": ("inputs", ("nodes = list(x)", "x *= 2\n    nodes = list(x)")),
            "tree_backward": ("package", ("    d, dW, db =", "    optim.SGD\n    d, dW, db =")),
            "node_softmax": ("values", ("np.flatnonzero(labels != -1)", "np.arange(len(labels))")),
            "tensor_backward": (
                "not attempted",  # this is the code that was handed out
                ("V + V.swapaxes(1, 2)", "V"),
                ("d[merges[step]] +=", "d[merges[step]] ="),
            ),
        },
        {
            "compose": ("missing", ("def compose", "def compsoe")),
            "greedy_merge": ("exception",),  # it calls compose
            "fold_tree": ("missing", ("W, b):\n", "W, b:\n")),
            "tree_backward": ("inputs", ("d, dW, db = dnodes.copy()", "d, dW, db = dnodes")),
            "node_softmax": ("result", ("return np.exp(log_yhat), -float", "return -float")),
            "tensor_backward": ("gradient", ("V + V.swapaxes(1, 2)", "V")),
        },
        {},
    ],
}
SUBMISSIONS = [(chapter, failures) for chapter, several in FAILURES.items() for failures in several]


def notebook_of(chapter, failures):
    """The solved notebook with these changes, in the cells that matter here."""
    sources = [cell for cell in solved_cells(chapter) if cell.startswith(STARTS_OF_CELLS)]
    for name, (_, *changes) in failures.items():
        (place,) = [k for k, source in enumerate(sources) if source.startswith(f"def {name}(")]
        for old, new in changes:
            assert old in sources[place]
            sources[place] = sources[place].replace(old, new)
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (MORE, *sources)])


def test_every_chapter_and_every_function_is_among_them():
    assert set(FAILURES) == set(CHAPTERS)
    assert {name for _, failures in SUBMISSIONS for name in failures} == set(EXERCISES)


@pytest.mark.parametrize(("chapter", "failures"), SUBMISSIONS)
def test_the_verdict_is_the_same_in_all_three(chapter, failures, tmp_path):
    notebook, path = notebook_of(chapter, failures), tmp_path / f"{chapter}.ipynb"
    nbformat.write(notebook, path)

    record = grade(Job("ada", path.name, "key", path.read_bytes(), (chapter,), b"a secret of the tests"))
    stages = {verdict["function"]: verdict["stage"] for verdict in record["verdicts"]}
    passed = {name: "passed" for name, exercise in EXERCISES.items() if exercise.chapter == chapter}
    assert stages == passed | {name: stage for name, (stage, *_) in failures.items()}
    verdicts, notes = check_submission(path)
    assert [verdict.record() for verdict in verdicts] == record["verdicts"]
    assert notes == record["notes"]

    NotebookClient(notebook, timeout=60, kernel_name="python3", allow_errors=True).execute()
    shown = [cell.outputs for cell in notebook.cells if cell.source.startswith("check(")]
    for outputs, verdict in zip(shown, verdicts, strict=True):
        if verdict.stage == "missing":  # in the notebook Python itself says that there is no such function
            assert outputs[0]["ename"] == "NameError"
        else:
            (display,) = [output["data"] for output in outputs if "data" in output]  # NumPy may have warned besides
            assert display["text/plain"].splitlines()[0] == str(verdict)
            assert "text/html" in display


def test_a_package_that_is_missing_when_grading_is_told_apart_in_all_three(tmp_path):
    """nbformat is installed here, and to Python's import as good as SciPy would be."""
    source = (
        "import numpy as np\nimport nbformat\nfrom nbformat.v4 import new_notebook as new\n"
        "def rnn_step_forward(x, h_prev, W_xh, W_hh, b_h):\n    nbformat.from_dict({})\n    return x\n"
        "def cross_entropy_backward(logits, targets):\n    return new()\n"
        "def clip_by_norm(gradients, threshold):\n    import nbformat.v4 as v4\n    return v4\n"
        "try:\n    import nbformat.nowhere as there\nexcept ImportError:\n    there = np\n"
        "def rnn_step_backward(dh, h, x, h_prev, W_xh, W_hh):\n    return there.zeros(3)\n"
    )
    path = tmp_path / "03_bptt.py"
    path.write_text(source)
    record = grade(Job("ada", path.name, "key", path.read_bytes(), ("03_bptt",), b"a secret of the tests"))
    said = {verdict["function"]: (verdict["stage"], verdict["message"]) for verdict in record["verdicts"]}
    assert said["rnn_step_forward"] == (
        "package",
        "it uses nbformat. That is not there when it is graded: write it yourself.",
    )
    assert said["cross_entropy_backward"][1].startswith("it uses nbformat.v4.")
    assert said["clip_by_norm"][1].startswith("it uses nbformat.v4.")
    assert said["rnn_step_backward"][0] == "result"  # what it falls back on is there
    verdicts, _ = check_submission(path)
    assert [verdict.record() for verdict in verdicts] == record["verdicts"]
