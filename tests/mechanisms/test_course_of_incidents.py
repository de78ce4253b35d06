"""An incident costs its severity in all, whatever its days and the step, and clients are told of what it cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
from quiet_world import EACH, N, Played, document, lever

from trustsim.catalog import REGISTRY
from trustsim.errors import ModelError
from trustsim.mechanisms.shocks.incident import Incident
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document
from trustsim.scenario.resolved import Item, Timing
from trustsim.world.rows import index_of

HEARD: dict[str, Any] = {
    "trust": {}, "media": {}, "fear": {"contagion": 0, "decay": "0 /day", "threshold": 100},
}  # fmt: skip
KIND = "custodian_theft"  # of which levers multiply the severity and the lag


@dataclass(frozen=True)
class Theft(Incident):
    """Take money, as a user's incident does."""

    kind: ClassVar[str] = KIND

    def strike(self, day: Any, platform: int, where: Any, severity: Any) -> Any:
        claims = day.gauge("claims", platform)
        return day.do.take_client_money(platform, self.severity * severity * claims, where) / claims


@dataclass(frozen=True)
class LongTheft(Theft):
    """It goes on for longer where it is more severe."""

    stretches: ClassVar[bool] = True


@dataclass(frozen=True)
class Insult(Incident):
    """It costs nothing by nature."""

    kind: ClassVar[str] = KIND

    def strike(self, day: Any, platform: int, where: Any, severity: Any) -> None: ...


def control(incident: str = KIND, **factors: float) -> dict[str, Any]:
    return lever("incident_control", incident=incident, **{"hazard": 1, "severity": 1, "lag": 1, **factors})


def begun(what: Incident, *variants: list[dict[str, Any]], step: str = "1 d", horizon: str = "30 d") -> Played:
    """Return a quiet world in which the incident strikes Harbour on day 1, under each package of levers."""
    named = {f"v{v}": package for v, package in enumerate(variants or ([],))}
    cash = {"Harbour": {"liquid_share": "50 %"}, "Quay": {}}
    story = document(platforms=cash, mechanisms=HEARD, variants=named, step=step, horizon=horizon)
    scenario = replace(from_document(story, REGISTRY), shocks=(Item(KIND, what, Timing(start=1.0)),))
    return Played(TrustCrisisModel(scenario, rng=0, collects=False))


def theft(kind: type[Incident] = Theft, **settings: float) -> Incident:
    usual = {"severity": 0.1, "discovery_lag": 8.0, "notice_lag": 0.0, "loss": 1.0, "integrity": 0.1, "fear": 0.5}
    return kind(platform="Harbour", **{**usual, **settings})


def taken(seen: Played) -> list[float]:
    """Return the share of the claims with the thieves, by variant."""
    return [float(x) for x in seen.book("thieves")[:, 0] / (N * EACH)]


@pytest.mark.parametrize("step", [1.0, 0.5, 0.25])
@pytest.mark.parametrize("days", [0.0, 0.5, 2.5, 5.0])
@pytest.mark.parametrize("kind", [Theft, LongTheft])
def test_it_takes_its_severity_in_all_whatever_its_days_and_the_step(kind: Any, days: float, step: float) -> None:
    """A factor of levers multiplies that once."""
    half, quarter = [control(severity=0.5)], [control(severity=0.5), control(severity=0.5, lag=0.9)]
    seen = begun(theft(kind, days=days), [], half, quarter, step=f"{step} d")
    assert taken(seen.step(round(12 / step))) == pytest.approx([0.1, 0.05, 0.025], abs=1e-4)


@pytest.mark.parametrize("step", [1.0, 0.5])
def test_a_factor_multiplies_what_a_day_takes_or_where_a_kind_says_so_the_days(step: float) -> None:
    taken_by_day = {}
    for kind in (Theft, LongTheft):
        seen = begun(theft(kind, days=4), [], [control(severity=2)], step=f"{step} d").step(round(1 / step))
        taken_by_day[kind] = [[round(x, 3) for x in taken(seen.step(round(1 / step)))] for _ in range(9)]
    plain = [0.025, 0.05, 0.075, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
    twice = [0.05, 0.1, 0.15, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2]
    longer = [0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2, 0.2]
    assert np.array(taken_by_day[Theft]).T.tolist() == [plain, twice]
    assert np.array(taken_by_day[LongTheft]).T.tolist() == [plain, longer]


def fall(seen: Played, days: int) -> Any:
    """Return how far trust in fund safety of the first client falls in all, by variant and day."""
    start, found = seen.belief("fund")[:, 0].copy(), []
    for _ in range(days):
        seen.step()
        found.append(start - seen.belief("fund")[:, 0])
    return np.array(found).T


def test_what_it_cost_is_told_and_nothing_where_it_cost_nothing() -> None:
    variants = ([], [control(severity=0.5)], [control(severity=0.01)], [control(severity=0)])
    assert fall(begun(theft(), *variants), 12)[:, -1] == pytest.approx([1, 0.5, 0.01, 0], abs=1e-3)
    assert fall(begun(theft(severity=0.0)), 12)[0, -1] == pytest.approx(0, abs=1e-6)
    assert fall(begun(theft(Insult)), 12)[0, -1] == pytest.approx(1, abs=1e-6)
    assert fall(begun(theft(Insult, days=5, discovery_lag=2)), 20)[0, -1] == pytest.approx(1, abs=1e-6)


def test_all_that_it_cost_up_to_then_is_told() -> None:
    once, for_days = (fall(begun(theft(days=days)), 12)[0] for days in (0.0, 5.0))
    assert np.flatnonzero(once > 0.5)[0] == 9
    assert for_days == pytest.approx(once, abs=1e-3)


@pytest.mark.parametrize("n_in_a_day", [1, 2])
def test_what_it_costs_after_clients_were_told_is_told_in_its_step_without_fear_or_waiting(n_in_a_day: int) -> None:
    seen = begun(theft(days=10, discovery_lag=3, notice_lag=1), step=f"{1 / n_in_a_day} d")
    by_day = fall(seen, 13 * n_in_a_day)[0][n_in_a_day - 1 :: n_in_a_day]
    assert by_day[4] == pytest.approx(0, abs=1e-6)
    assert by_day[5] == pytest.approx(0.5, abs=0.01)
    assert np.diff(by_day)[5:10] == pytest.approx([0.1] * 5, abs=0.01)
    assert by_day[11:] == pytest.approx([1, 1], abs=0.01)
    assert seen.belief("fear")[0, 0] == pytest.approx(0.5, abs=1e-3)
    assert seen.belief("integrity")[0, 0] == pytest.approx(-0.1, abs=1e-3)


@pytest.mark.parametrize("days", [0.0, 5.0])
def test_it_is_told_when_the_factor_of_its_levers_says_however_many_there_are(days: float) -> None:
    packages = ([], [control(lag=10)], [control(lag=10), control(lag=2)], [control(lag=10), control(lag=10, cost=1)])
    seen = begun(theft(days=days, discovery_lag=2), *packages, horizon="210 d")
    seen.step()
    factors = seen.state.terms[index_of("term", f"{KIND}_lag"), :, 0]
    assert factors[:2].tolist() == [1, 10]
    told = (fall(seen, 208) > 0.5).argmax(axis=1) + 2
    assert told.tolist() == (2 + 2 * factors).tolist()


def stopped(play: Callable[..., Played], *packages: list[dict[str, Any]], days: str = "1 d") -> Any:
    """Return on how many days an outage stops payments, by variant, and the factor on its severity."""
    outage = {"kind": "outage", "platform": "Harbour", "day": "1 d", "days": days}
    named = {f"v{v}": package for v, package in enumerate(packages)}
    seen = play(110, shocks=[outage], variants=named, horizon="110 d")
    factor = seen.state.terms[index_of("term", "outage_severity"), :, 0]
    return (seen.gauge("status")[:, :, 0] == 1).sum(axis=0).tolist(), factor.tolist()


def test_an_outage_lasts_as_long_as_the_factor_of_its_levers_says(play: Callable[..., Played]) -> None:
    ten = control("outage", severity=10)
    days, factor = stopped(play, [], [ten], [ten, control("outage", severity=2)], [ten, {**ten, "cost": 1}])
    assert factor[:2] == [1, 10]
    assert days == factor


def test_an_outage_that_is_over_does_not_come_back_under_a_later_lever(play: Callable[..., Played]) -> None:
    late = {**control("outage", severity=10), "from": "6 d"}
    early = {**control("outage", severity=0), "until": "2 d"}
    assert stopped(play, [], [late], [early], days="2 d")[0] == [2, 2, 0]


def test_a_fork_goes_on_with_what_was_taken_and_told() -> None:
    for day in (4, 8):
        seen = begun(theft(days=10, discovery_lag=5), [], [control(severity=0.5)]).step(day)
        fork = Played(seen.model.fork())
        for each in (seen, fork):
            each.step(10)
        assert fork.model.history.tobytes() == seen.model.history.tobytes()
        assert fork.state.beliefs.tobytes() == seen.state.beliefs.tobytes()


@pytest.mark.parametrize("kind", ["", "data_breach", "burglary"])
def test_an_incident_that_levers_would_not_find_is_refused_when_it_is_entered(kind: str) -> None:
    """Its kind is not given, is that of another, or is declared by nobody."""
    named = type("Burglary", (Theft,), {"kind": kind, "__module__": __name__})
    allowed = rf"Burglary\.kind: given '{kind}' in .*test_course.*; allowed: controlled\('burglary'\)"
    with pytest.raises(ModelError, match=allowed):
        REGISTRY.enter("shock", "burglary", source="assumed")(named)
    assert ("shock", "burglary") not in REGISTRY


def test_every_registered_incident_is_found_by_levers() -> None:
    for name in REGISTRY.group("incident"):
        assert REGISTRY["shock", name].make.kind == name
