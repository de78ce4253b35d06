"""The message board: everything said in public today, as evidence; the press repeats it for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.arrays import Bulletin
from trustsim.kernels.layout import HEARD, REACH, Targets
from trustsim.kernels.named import names_of, row_of
from trustsim.scenario.resolved import World
from trustsim.world.sections import but_for_its_name

_NEVER = -1
_SPENT = 0.01  # a story this weak is no longer told
_NOT_SPILLED = [k for k, target in enumerate(names_of(Targets)) if target not in ("fund", "integrity", "risk")]


@dataclass(frozen=True)
class Audience:
    """Who takes a message in, and how: read by those who look at their account (a page), discounted by the literate,
    for one segment by its number (−1: any), for those only who have an open account."""

    is_page: bool = False
    by_literacy: bool = False
    segment: int = -1
    is_for_clients: bool = False


ALL = Audience()


@dataclass
class _Story:
    evidence: NDArray[np.float32]  # (lanes, platforms, Targets + 2)
    audience: Audience
    keep: NDArray[np.float32]  # (lanes,)
    begun: int = _NEVER  # step on which it was first told


def likeness(by_lane: Sequence[World]) -> NDArray[np.float64]:
    """Return float64 (lanes, platforms, platforms): share of bad news about the first read as news about the
    second; what several mechanisms say of it adds up, to 1 at most."""
    n = len(by_lane[0].platforms)
    alike = np.zeros((len(by_lane), n, n))
    first: dict[int, int] = {}
    for v, world in enumerate(by_lane):
        if first.setdefault(id(world), v) < v:
            alike[v] = alike[first[id(world)]]
            continue
        hows = [mechanism for mechanism in world.mechanisms.values() if hasattr(mechanism, "likeness")]
        if hows:
            kinds: dict[object, int] = {}  # platforms that differ by their name alone are looked at once: copies
            place = [kinds.setdefault(but_for_its_name(platform), len(kinds)) for platform in world.platforms]
            firsts = [world.platforms[place.index(k)] for k in range(len(kinds))]
            between = np.array([[sum(how.likeness(a, b) for how in hows) for b in firsts] for a in firsts])
            alike[v] = np.minimum(between, 1.0)[np.ix_(place, place)]
            np.fill_diagonal(alike[v], 0.0)
    return alike


def sizes(by_lane: Sequence[World]) -> NDArray[np.float64]:
    """Return float64 (lanes, platforms): how large each platform is against the others, as the file says."""
    return np.array([[platform.size for platform in world.platforms] for world in by_lane], np.float64)


class Board:
    """Collects messages and hands the day's bulletin to the account pass.

    ``likeness`` float64 (lanes, platforms, platforms): share of bad news about the first that is read as news about
    the second; 0 on the diagonal. ``sizes`` float64 (lanes, platforms): news about a small platform counts for a large
    one by its size against that one's, news about a larger one in full. ``has_accounts`` bool (platforms,).
    ``is_heard`` bool (platforms,): there is somebody to hear news about it.
    """

    def __init__(
        self, likeness: NDArray[np.float64], has_accounts: NDArray[np.bool_], sizes: NDArray[np.float64]
    ) -> None:
        self.likeness, self._sizes = likeness, sizes
        self.is_heard = has_accounts | ((likeness > 0).any(axis=0) & has_accounts).any(axis=1)
        self._stories: list[_Story] = []
        n_lanes, n_platforms = likeness.shape[:2]
        self._silence = Bulletin(
            np.zeros((0, n_lanes, n_platforms, len(Targets) + 2), np.float32),
            np.zeros(0, np.int64),
            *_heard_by([]),
        )

    def post(
        self,
        evidence: NDArray[np.float64],
        reach: NDArray[np.float64],
        *,
        audience: Audience = ALL,
        keep: float | NDArray[np.float64] = 0.0,
    ) -> None:
        """Post one message: ``evidence`` (lanes, platforms, TARGETS) in log-odds, ``reach`` (lanes, platforms) a
        day.

        Targets ``risk`` and ``fear``: positive is bad; the parts of trust: negative is bad; ``attention`` is neither.
        Tomorrow the message is told again with ``keep`` of its weight, a number or float64 (lanes,), to those who have
        not heard it. What is told to clients alone is no news about another platform.
        """
        if not evidence.any():
            return
        n_platforms = evidence.shape[1]
        if n_platforms > 1 and not audience.is_for_clients:
            bad = np.minimum(evidence, 0.0)
            risk = row_of(Targets, "risk")
            bad[:, :, risk] = np.maximum(evidence[:, :, risk], 0.0)
            spilled = np.zeros_like(evidence)
            told_of = np.flatnonzero(bad.any(axis=(0, 2))).tolist()
            for p in told_of:  # one by one: the order of a sum must not depend on the number of variants
                counts = np.minimum(self._sizes[:, p, None] / self._sizes, 1.0)
                spilled += (counts * self.likeness[:, p])[:, :, None] * bad[:, p, None, :]
            spilled[:, :, _NOT_SPILLED] = 0.0
            evidence = evidence + spilled
            reach = np.maximum(reach, (self.likeness > 0).any(axis=1) * reach.max(axis=1, keepdims=True))
        shares = np.stack([reach, np.zeros_like(reach)], axis=2)
        row = np.concatenate([evidence, shares], axis=2).astype(np.float32)
        row[:, :, REACH] *= evidence.any(axis=2)
        kept = np.full(len(row), keep, np.float32)
        self._stories.append(_Story(row, audience, kept))

    def take(self, other: Board, columns: NDArray[np.int64]) -> None:
        """Let the stories be those in these columns, int64 (lanes,), of *other*."""
        self._stories = [
            replace(story, evidence=story.evidence[columns], keep=story.keep[columns]) for story in other._stories
        ]

    def bulletin(self, step: int) -> Bulletin:
        """Return the messages of a *step*; let the stories fade, and keep whom they have reached."""
        if not self._stories:
            return self._silence
        rows = np.array([s.evidence for s in self._stories])
        for story in self._stories:
            story.begun = step if story.begun == _NEVER else story.begun
        begun = np.array([s.begun for s in self._stories], np.int64)
        heard_by = _heard_by([s.audience for s in self._stories])
        self._stories = [s for s in self._stories if s.keep.any()]
        for story in self._stories:
            told = story.evidence[:, :, :REACH]
            told *= story.keep[:, None, None]
            reach, heard = story.evidence[:, :, REACH], story.evidence[:, :, HEARD]
            heard += reach * (1 - heard)
            story.evidence[np.abs(told).max(axis=(1, 2), initial=0.0) <= _SPENT] = 0.0
        self._stories = [s for s in self._stories if s.evidence.any()]
        return Bulletin(rows, begun, *heard_by)


def _heard_by(audiences: Sequence[Audience]) -> tuple[NDArray[Any], ...]:
    """Return what the fields of :class:`Bulletin` behind the first are for messages with these audiences."""
    return (
        np.array([each.is_page for each in audiences], np.bool_),
        np.array([each.by_literacy for each in audiences], np.bool_),
        np.array([each.segment for each in audiences], np.int64),
        np.array([each.is_for_clients for each in audiences], np.bool_),
    )
