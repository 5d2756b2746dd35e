"""What texts mean, as places in a small space: learnt here from what is said together (latent semantic analysis), with no model from outside."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]

BUCKETS: Final = 4096  # pieces of words fall into so many; which into which is the same everywhere
WIDTH: Final = 48
_PIECES: Final = (1, 2, 3)  # characters
_SPARE, _TURNS = 12, 3
_LONG: Final = 400


def pieces(text: str) -> list[int]:
    """The buckets of all pieces of one to three characters; blanks and signs part them, figures alone say nothing."""
    plain = unicodedata.normalize("NFKC", text[:_LONG]).casefold()
    runs = "".join(c if c.isalnum() else " " for c in plain).split()
    return [
        crc32(run[i : i + size].encode()) % BUCKETS
        for run in runs
        if not run.isdigit()
        for size in _PIECES
        if size > 1 or ord(run[0]) > 0x2E7F  # one latin letter means nothing
        for i in range(len(run) - size + 1)
    ]


def _rows(texts: Sequence[str]) -> Singles:
    """How often each piece is said in each text, dampened."""
    found = np.zeros((len(texts), BUCKETS), np.float32)
    for row, text in enumerate(texts):
        np.add.at(found[row], pieces(text), 1)
    damp: Singles = np.log1p(found)
    return damp


@dataclass(frozen=True)
class Senses:
    """How much each piece tells, and where it lies."""

    tells: Singles  # rare pieces tell more
    basis: Singles  # a row a piece

    def places(self, texts: Sequence[str]) -> Singles:
        """Where each text lies, on a ball; a text of which nothing is known lies in the middle."""
        lie = (_rows(texts) * self.tells) @ self.basis
        far = np.linalg.norm(lie, axis=1, keepdims=True)
        found: Singles = np.divide(lie, far, out=np.zeros_like(lie), where=far > 1e-6)
        return found

    def packed(self) -> bytes:
        return np.column_stack([self.tells, self.basis]).astype("<f2").tobytes()

    @classmethod
    def unpacked(cls, data: bytes) -> "Senses":
        table = np.frombuffer(data, "<f2").reshape(BUCKETS, -1).astype(np.float32)
        return cls(table[:, 0], table[:, 1:])


def learn_senses(together: Iterable[str]) -> Senses:
    """Learn from texts: what stands in one of them lies together. Same texts, same places."""
    said = _rows(list(together))
    known = (said > 0).sum(axis=0)
    tells = np.log((1 + len(said)) / (1 + known)).astype(np.float32)
    weighed = said * tells
    weighed /= np.maximum(np.linalg.norm(weighed, axis=1, keepdims=True), 1e-6)
    width = min(WIDTH, *weighed.shape)
    probe = np.random.default_rng(7).standard_normal((BUCKETS, width + _SPARE)).astype(np.float32)
    base = weighed @ probe
    for _ in range(_TURNS):
        base, _ = np.linalg.qr(weighed @ (weighed.T @ base))
    small = base.T @ weighed
    strong, turn = np.linalg.eigh((small @ small.T).astype(np.float64))
    most = [i for i in np.argsort(-strong)[:width] if strong[i] > 1e-9]
    basis = np.zeros((BUCKETS, WIDTH), np.float32)
    basis[:, : len(most)] = small.T @ (turn[:, most] / np.sqrt(strong[most])).astype(np.float32)
    return Senses(tells, basis)
