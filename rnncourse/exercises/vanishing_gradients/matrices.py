"""Matrices whose eigenvalues are what one wants them to be."""

from functools import partial

import numpy as np

from rnncourse.exercises.exercise import Exercise, Mistake
from rnncourse.exercises.vanishing_gradients.chapter import CHAPTER


def _orthogonal(rng, H):
    return np.linalg.qr(rng.normal(size=(H, H)))[0]


def _inputs(rng, H, kind, modulus, radius):
    """A matrix of this kind, whose largest eigenvalue has this modulus, and another radius to rescale it to."""
    if kind == "nilpotent":
        W = np.triu(rng.normal(size=(H, H)), 1)
        while H > 2 and not (np.triu(W).any() and np.tril(W).any()):  # hide that it is triangular
            order = rng.permutation(H)
            W = W[np.ix_(order, order)]
    else:
        U, V = _orthogonal(rng, H), _orthogonal(rng, H)
        stretch = rng.uniform(0.5, 2.0, size=H)  # no normal matrix: its norm is not its radius
        blocks = _with_eigenvalues(rng, H, kind) * modulus
        W = (U * stretch) @ V @ blocks @ V.T @ (U / stretch).T
    return {"W": W, "radius": radius}


def _with_eigenvalues(rng, H, kind):
    """A matrix whose largest eigenvalue has modulus 1: a complex pair, or a negative number."""
    values = np.diag(rng.uniform(0.3, 0.8, size=H) * (-1.0) ** np.arange(1, H + 1))
    values[0, 0] = -1.0
    if kind == "complex" and H > 1:
        angle = rng.uniform(0.5, 1.2) + rng.integers(2) * 1.4
        values[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return values


def _rescaled(W, radius):
    """From the characteristic equation's roots, as LAPACK finds them for the transpose."""
    largest = max(abs(value) for value in np.linalg.eigvals(W.T))
    return radius / largest * W if largest > 0 else 1.0 * W


def _radius(W):
    return np.abs(np.linalg.eigvals(W)).max()


_TAKEN = {
    "right": _radius,
    "singular value": lambda W: np.linalg.norm(W, 2),
    "root of squares": np.linalg.norm,
    "real part": lambda W: np.linalg.eigvals(W).real.max(),
    "complex": lambda W: np.linalg.eigvals(W).max(),
    "modulus too late": lambda W: np.abs(np.linalg.eigvals(W).max()),
}
"""What learners take for the spectral radius; only the first is right."""


def _variant(W, radius, taken="right", guarded=True, factor=lambda rho, radius: radius / rho):
    rho = _TAKEN[taken](W)
    return W.copy() if guarded and rho == 0 else W * factor(rho, radius)


SPECTRAL_RADIUS_RESCALE = Exercise(
    name="spectral_radius_rescale",
    chapter=CHAPTER,
    points=10,
    section="Line by line, without the tanh",
    inputs=_inputs,
    reference=_rescaled,
    outputs=("W_rescaled",),
    sizes=tuple(
        dict(zip(("H", "kind", "modulus", "radius"), size, strict=True))
        for size in (
            (2, "negative", 0.5, 1.1),
            (2, "complex", 2.0, 0.9),
            (3, "complex", 0.4, 1.2),
            (3, "nilpotent", 0.0, 0.9),
            (4, "complex", 3.0, 0.7),
            (5, "nilpotent", 0.0, 1.2),
            (6, "negative", 2.0, 0.8),
        )
    ),
    mistakes=(
        Mistake(
            "When all eigenvalues are 0, no factor helps and you divide by 0. Return a copy of W then.",
            partial(_variant, guarded=False),
        ),
        Mistake(
            "You take the largest singular value, by how much W stretches at most; the question is the eigenvalues.",
            partial(_variant, taken="singular value"),
        ),
        Mistake(
            "You take the norm of W, the root of its squared entries; the question is the eigenvalues.",
            partial(_variant, taken="root of squares"),
        ),
        Mistake(
            "You take the largest real part; an eigenvalue may be complex or negative, so take np.abs, its modulus.",
            partial(_variant, taken="real part"),
        ),
        Mistake(
            "You take the largest real part, not np.abs of the eigenvalues; and when all are 0, you divide by 0.",
            partial(_variant, taken="real part", guarded=False),
        ),
        Mistake(
            "Which complex number is the largest? First np.abs, then max. (And when all eigenvalues are 0, you divide by 0.)",
            partial(_variant, taken="complex", guarded=False),
        ),
        Mistake(
            "You take np.abs of the largest eigenvalue, and NumPy compares real parts; first np.abs of all, then max.",
            partial(_variant, taken="modulus too late"),
        ),
        Mistake(
            "You take np.abs of the largest eigenvalue: first np.abs, then max. (And when all are 0, you divide by 0.)",
            partial(_variant, taken="modulus too late", guarded=False),
        ),
        Mistake(
            "Your matrix has spectral radius 1: multiply by `radius` too.",
            partial(_variant, factor=lambda rho, radius: 1 / rho),
        ),
        Mistake(
            "You multiply by `radius` whatever W has now; first divide by its spectral radius.",
            partial(_variant, factor=lambda rho, radius: radius),
        ),
        Mistake(
            "The factor is upside down: it is radius / rho, with rho what W has now.",
            partial(_variant, factor=lambda rho, radius: rho / radius),
        ),
        Mistake(
            "You return W as it is; multiply it by radius / rho, with rho its spectral radius.", lambda W, radius: W
        ),
    ),
    hints=(
        "If W has the eigenvalue lambda, then c * W has c * lambda. So one factor for the whole matrix is enough.",
        "np.linalg.eigvals gives all eigenvalues, complex ones too; np.abs of a complex number is its modulus.",
        "rho = np.abs(np.linalg.eigvals(W)).max(), and the factor is radius / rho, unless rho is 0.",
    ),
)


def _gaussian(rng, H, gain):
    """A Gaussian matrix on which every wrong sign shows, and which is far enough from singular for any method."""
    while True:
        gaussian = rng.normal(size=(H, H))
        Q, R = np.linalg.qr(gaussian)
        signs = np.sign(np.diag(R))
        is_mixed = H == 1 or (signs > 0).any()
        if is_mixed and (signs < 0).any() and (signs * np.diag(Q) < 0).any() and np.linalg.cond(gaussian) < 20 + 10 * H:
            return {"gaussian": gaussian, "gain": gain}


def _gram_schmidt(gaussian, gain):
    """Column by column: what is new in it, twice freed of the columns before so that rounding does not matter."""
    Q = np.zeros_like(gaussian)
    for j, column in enumerate(gaussian.T):
        for _ in range(2):
            column = column - Q @ (Q.T @ column)
        Q[:, j] = column / np.linalg.norm(column)
    return gain * Q


def _from_parts(change):
    """The Q of NumPy's QR decomposition and the diagonal of R, made into something; times the gain."""

    def made(gaussian, gain):
        Q, R = np.linalg.qr(gaussian)
        return gain * change(Q, np.diag(R))

    return made


ORTHOGONAL_FROM = Exercise(
    name="orthogonal_from",
    chapter=CHAPTER,
    points=10,
    section="Other functions, another start",
    inputs=_gaussian,
    reference=_gram_schmidt,
    outputs=("W",),
    sizes=tuple({"H": H, "gain": gain} for H, gain in ((2, 1.2), (2, 0.8), (3, 0.9), (5, 1.1), (8, 0.7))),
    mistakes=(
        Mistake(
            "This is orthogonal, but its signs are an accident of the QR algorithm; make R's diagonal positive.",
            _from_parts(lambda Q, r: Q),
        ),
        Mistake(
            "The signs multiply your rows. R's entry [j, j] belongs to column j of Q: Q * signs, without a new axis.",
            _from_parts(lambda Q, r: np.sign(r)[:, None] * Q),
        ),
        Mistake(
            "The signs come from the diagonal of Q; they come from the diagonal of R.",
            _from_parts(lambda Q, r: Q * np.sign(np.diag(Q))),
        ),
        Mistake(
            "You multiply by the diagonal of R itself, so the columns differ in length; take its signs only.",
            _from_parts(lambda Q, r: Q * r),
        ),
        Mistake(
            "R's diagonal should be positive; yours is negative everywhere, so that every sign is turned round.",
            _from_parts(lambda Q, r: Q * -np.sign(r)),
        ),
        Mistake(
            "Q alone is orthogonal, but its signs are an accident of the algorithm, and the gain is missing.",
            lambda gaussian, gain: np.linalg.qr(gaussian)[0],
        ),
        Mistake(
            "The gain has no effect: the length of gaussian goes into R. Multiply Q by it, at the end.",
            lambda gaussian, gain: _gram_schmidt(gaussian, 1.0),
        ),
        Mistake(
            "This has the right signs, but it is the transpose.",
            lambda gaussian, gain: _gram_schmidt(gaussian, gain).T,
        ),
        Mistake(
            "You decomposed the transpose, so the rows were straightened one by one; do it with the columns.",
            lambda gaussian, gain: _gram_schmidt(gaussian.T, gain).T,
        ),
        Mistake(
            "This is the nearest orthogonal matrix, U @ Vt of the SVD. A good one too, but the exercise is QR.",
            lambda gaussian, gain: gain * np.linalg.svd(gaussian)[0] @ np.linalg.svd(gaussian)[2],
        ),
        Mistake(
            "Your columns have the right length, but are not at right angles: W.T @ W is no multiple of the identity.",
            lambda gaussian, gain: gain * gaussian / np.linalg.norm(gaussian, axis=0),
        ),
        Mistake(
            "You divide by the largest singular value: no vector grows, but many shrink. QR keeps the length of all.",
            lambda gaussian, gain: gain * gaussian / np.linalg.norm(gaussian, 2),
        ),
    ),
    hints=(
        "Q, R = np.linalg.qr(gaussian) does most of the work, and gaussian equals Q @ R.",
        "Column j of Q and row j of R, both times -1, leave Q @ R as it is. When does that make R[j, j] positive?",
        "signs = np.sign(np.diag(R)). Q * signs multiplies column j by signs[j]. The gain comes last.",
    ),
)
