"""Rules about a score: the detector follows a series for as long as a rule asks for it, and the rule compares what it says.

What is kept of a series is the detector as it was at `at`, so far back that nothing which may still arrive lies before it. Everything
since then is read from the stored history and worked in anew, in order: late readings, restarts and other workers change no score.
"""

import math
import zlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np

from lifang.sensing.watch import fold
from lifang.sensing.watch import pair as pairs
from lifang.sensing.watch.detect import LOUD, REASONS, Detector, Rarity
from lifang.sensing.watch.fold import Episode
from lifang.sensing.watch.forecast import Forecasts, Profile
from lifang.sensing.watch.pair import Pair, Turn
from lifang.sensing.watch.rule import Reading, Rule

FAR = math.inf
MOST_REMARKS = 8


class Remark(msgspec.Struct, array_like=True, gc=False):
    """Why a reading stood out: what it was, what was expected, how far off is common, and from how many readings that is known."""

    at: float
    value: float
    score: float
    reason: str
    expected: float
    usual: float
    seen: int


class Track(msgspec.Struct):
    """What is kept of a series."""

    at: float  # the detector has seen everything up to here
    detector: bytes
    remarks: list[Remark]


def begun(readings: Iterable[Reading], until: float) -> Track:
    """A series that is followed from now on: it has learnt from what is stored, and says nothing of it."""
    detector, at = Detector(), -FAR
    for one in in_order(readings):
        if one.at <= until:
            detector.score(one.at, one.value)
            at = one.at
    return Track(at if at > -FAR else until, pack(detector), [])


def scored(readings: Iterable[Reading]) -> list[Reading]:
    """A log as its scores: what a back-test folds."""
    detector = Detector()
    return [
        Reading(one.at, one.measure, detector.score(one.at, one.value))
        for one in in_order(readings)
    ]


def in_order(readings: Iterable[Reading]) -> list[Reading]:
    """One for each moment: of several the greatest, whichever came first."""
    good = (one for one in readings if math.isfinite(one.value))
    return list({one.at: one for one in sorted(good)}.values())


def work_in(
    track: Track,
    rules: Sequence[Rule],
    kept: Mapping[str, Pair],
    readings: Iterable[Reading],
    lateness: float,
) -> tuple[dict[str, Pair], list[tuple[str, Turn, Episode]]]:
    """Everything since `track.at`, in order. Changes the track; gives the pairs of the rules as they are now, and what is told anew."""
    wanted = in_order(one for one in readings if one.at > track.at)
    now = {rule.key: _base(kept.get(rule.key), rule, track) for rule in rules}
    new = {key: _open(pair) for key, pair in now.items()}
    settled = wanted[-1].at - lateness if wanted else track.at
    ahead = _follow(track, rules, now, new, wanted, settled)
    told: list[tuple[str, Turn, Episode]] = []
    for rule in rules:
        pair = now[rule.key]
        turns = pairs.settle(pair, rule, new[rule.key], pair.base_at)
        told += [(rule.key, turn, one) for turn, one in turns]
        pair.base, pair.base_at = ahead[rule.key], track.at
        pair.told = [one for one in pair.told if one.cleared is None or one.cleared > track.at]
    return now, told


def _follow(
    track: Track, rules: Sequence[Rule], now: dict[str, Pair], new: dict[str, list[Episode]],
    wanted: Sequence[Reading], settled: float,
) -> dict[str, fold.State]:  # fmt: skip
    """Through detector and rules; the states at the last settled reading, up to which the track moves on."""
    detector, packed = unpack(track.detector), False
    base = {key: pairs.clone(pair.state) for key, pair in now.items()}
    remarks = [one for one in track.remarks if one.at <= track.at]
    for one in wanted:
        if one.at > settled and not packed:
            track.detector, packed = pack(detector), True
            base = {key: pairs.clone(pair.state) for key, pair in now.items()}
        score = detector.score(one.at, one.value)
        if score > LOUD:
            remarks.append(
                Remark(one.at, one.value, score, detector.reason, detector.expected, detector.usual, detector.seen)
            )  # fmt: skip
        for rule in rules:
            fold.apply(
                now[rule.key].state, rule, Reading(one.at, one.measure, score), new[rule.key]
            )
            now[rule.key].last = (one.at, one.measure, score)
        if one.at <= settled:
            track.at = one.at
    track.remarks = remarks[-MOST_REMARKS:]
    return base


def rests(pair: Pair, rule: Rule, at: float) -> bool:
    """It could be made again from nothing."""
    quiet = fold.rests(pair.base, rule, pair.base_at) and fold.rests(pair.state, rule, at)
    return quiet and not pair.told


def _base(pair: Pair | None, rule: Rule, track: Track) -> Pair:
    if pair is None:
        pair = pairs.fresh(rule, track.at, 0)
        pair.base_at = track.at
    pair.state = pairs.clone(pair.base)
    return pair


def _open(pair: Pair) -> list[Episode]:
    return [Episode(pair.state.since, pair.state.raised)] if pair.state.raised > -FAR else []


def remarks_of(body: bytes | memoryview) -> list[Remark]:
    return msgspec.msgpack.decode(bytes(body), type=Track).remarks


def why(remarks: Sequence[Remark], since: float, raised: float) -> Remark | None:
    """The reading an alarm began with; else the last that stood out before it."""
    before = [one for one in remarks if one.at <= raised]
    first = next((one for one in before if one.at == since), None)
    return first or (before[-1] if before else None)


# The detector as bytes: exactly as it was, so that a restart changes no score.


def pack(detector: Detector) -> bytes:
    held = detector.forecasts
    body = {
        "near": list(detector.near), "sizes": list(detector.sizes), "low": detector.low, "high": detector.high,
        "last": detector.last, "same": detector.same, "longest": detector.longest, "changes": detector.changes,
        "seen": detector.seen, "hush": detector.hush,
        "rare": {
            key: [one.total, one.most, one.weight, *_sparse(one.counts)] for key, one in detector.rarities.items()
        },
        "steps": list(held.steps), "fast": held.fast, "slow": held.slow, "before_last": held.last, "last_at": held.last_at,
        "before": held.before, "errors": held.errors, "spread": held.spread, "waiting": held.waiting,
        "profiles": [[one.period, len(one.mean), one.mean.tobytes(), one.count.tobytes()] for one in held.profiles],
    }  # fmt: skip
    return zlib.compress(msgspec.msgpack.encode(body), 1)


def unpack(packed: bytes) -> Detector:
    body = msgspec.msgpack.decode(zlib.decompress(packed))
    detector, held = Detector(), Forecasts()
    detector.forecasts = held
    detector.near.extend(body["near"])
    detector.sizes.extend(body["sizes"])
    for name in ("low", "high", "last", "same", "longest", "changes", "seen", "hush"):
        setattr(detector, name, body[name])
    detector.rarities = {key: _rarity(*body["rare"][key]) for key in REASONS}
    held.steps.extend(body["steps"])
    held.fast, held.slow, held.spread = body["fast"], body["slow"], body["spread"]
    held.last, held.last_at = body["before_last"], body["last_at"]
    held.before, held.errors = body["before"], body["errors"]
    held.waiting = [(at, value) for at, value in body["waiting"]]
    held.profiles = [_profile(*one) for one in body["profiles"]]
    return detector


def _sparse(counts: np.ndarray) -> tuple[bytes, bytes]:
    places = np.flatnonzero(counts)
    return places.astype(np.uint8).tobytes(), counts[places].tobytes()


def _rarity(total: float, most: float, weight: float, places: bytes, counts: bytes) -> Rarity:
    one = Rarity()
    one.total, one.most, one.weight = total, most, weight
    one.counts[np.frombuffer(places, np.uint8)] = np.frombuffer(counts)
    return one


def _profile(period: float, slots: int, mean: bytes, count: bytes) -> Profile:
    one = Profile(period, slots)
    one.mean[:], one.count[:] = np.frombuffer(mean), np.frombuffer(count, np.int32)
    return one
