"""What texts say of effects is so: sentences of docstrings that nothing else holds to, and rows of the catalogue."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest
from quiet_world import Play, lever

from trustsim.catalog import REGISTRY
from trustsim.world.platform_kinds import PaymentWallet

HEARD = {"trust": {}, "media": {}, "fear": {"contagion": 0, "decay": "0 /day", "threshold": 100}}


@pytest.mark.parametrize("view", [{"news": 0, "salience": 5}, {"news": 3, "salience": 1}])
def test_a_rumour_raises_the_view_by_its_own_risk_whatever_news_and_salience(
    play: Play, view: dict[str, float]
) -> None:
    rumour = {"kind": "rumour", "platform": "Harbour", "day": "0 d", "seeds": "100 %", "risk": 1.5, "fear": 0}
    on = {"risk_view": {"report_weight": 0, "noise": 0, **view}}
    told, quiet = (play(1, shocks=shocks, mechanisms=on).belief("evidence") for shocks in ([rumour], []))
    assert told - quiet == pytest.approx(1.5, abs=1e-5)


@pytest.mark.parametrize("equity", ["-5 %", "-60 %"])
def test_news_of_a_wave_weighs_by_what_is_lost_of_the_claims(play: Play, equity: str) -> None:
    """The same share of the assets is a smaller blow where there are fewer of them."""
    wave = {"kind": "default_wave", "platform": "Harbour", "day": "0 d", "share": "20 %", "fund": 1}
    seen = play(1, shocks=[wave], mechanisms=HEARD, platforms={"Harbour": {"equity": equity}, "Quay": {}})
    assets = {"-5 %": 0.75, "-60 %": 0.2}[equity]  # of the claims, beside a fifth in cash
    assert seen.belief("fund") == pytest.approx(-10 * 0.2 * assets, abs=1e-3)


def test_fear_keeps_from_joining_by_its_weight(play: Play) -> None:
    """Joining in fear 1 is as rare as joining under an entry friction of the weight."""
    scare = {"kind": "outage", "platform": "Harbour", "day": "0 d", "days": "1 d", "service": 0, "fear": 1}
    fear = {"contagion": 0, "decay": "0 /day", "threshold": 100, "attention": 0}
    on = {"ordinary": {"leave": 1e-9, "join": "30 %/day", "trust": 0, "fear": 1.2}, "fear": fear}
    alone = {"count": 3000, "members": "0 %", "considered": 2}
    friction = [lever("process_friction", exit=0, entry=1.2, cost=0)]
    afraid = play(2, investors=alone, shocks=[scare], mechanisms=on).gauge("joiners")[2, 0, 0]
    hindered = play(2, investors=alone, mechanisms=on, variants={"v": friction}).gauge("joiners")[2, 0, 0]
    free = play(2, investors=alone, mechanisms=on).gauge("joiners")[2, 0, 0]
    assert afraid / free == pytest.approx(hindered / free, abs=0.15)  # the outage itself lets none join on day 1
    assert hindered < 0.6 * free


def test_bad_news_leaves_its_share_as_scar_whatever_the_scars_before(play: Play) -> None:
    wave = {"kind": "default_wave", "platform": "Harbour", "share": "12.5 %", "fund": 1}
    shocks = [{**wave, "day": "0 d"}, {**wave, "day": "1 d", "share": "14.285714 %"}]  # each a tenth of the claims
    on = {**HEARD, "trust": {"scarring": "20 %", "scar_bad": 2, "bad_news": 1.5, "repair": 0}}
    scars = [float(play(days, shocks=shocks, mechanisms=on).belief("scar")[0, 0]) for days in (1, 2)]
    assert scars == pytest.approx([0.3, 0.6], abs=1e-3)


@pytest.mark.parametrize(("visibility", "live"), [("60 %", "20 %"), ("20 %", "60 %")])
def test_an_unpaid_queue_is_seen_by_the_larger_of_custody_and_live_figures(
    play: Play, visibility: str, live: str
) -> None:
    run = [
        {"kind": "process_friction", "platform": "Harbour", "exit": -1, "cost": 0},
        lever("live_transparency", strength=live),
    ]
    dry = {"Harbour": {"liquid_share": "0 %", "visibility": visibility}, "Quay": {}}
    on = {**HEARD, "choice": {"calm": -0.5}, "queue_news": {"fund": 1, "fear": 0, "gate_fear": 0, "failure_fear": 0}}
    seen = play(2, platforms=dry, mechanisms=on, variants={"v": run})
    assert seen.gauge("overdue")[1, 0, 0] == pytest.approx(1, abs=1e-3)
    assert seen.belief("fund") == pytest.approx(-0.6, abs=1e-3)


def test_live_figures_are_read_by_the_share_that_is_live(play: Play) -> None:
    """Without reports a reader moves every day by weight · strength towards that share of yesterday's figures."""
    hit = {"kind": "default_wave", "platform": "Harbour", "day": "0 d", "share": "20 %"}
    view = {"report_weight": "50 %", "noise": 0, "salience": 1}
    strengths = (0.0, 0.001, 0.25, 0.5, 1.0)
    levers = {f"v{s:g}": [lever("live_transparency", strength=s)] for s in strengths}
    seen = play(3, shocks=[hit], mechanisms={"risk_view": view, "health": {}}, variants=levers)
    risk = seen.belief("risk")[:, 0]
    assert risk[-1] - risk[0] > 0.5
    assert 0 < risk[1] - risk[0] < 0.002 * (risk[-1] - risk[0])
    assert (np.diff(risk) > 0).all()  # the stronger the further


def test_a_control_on_the_days_until_discovery_makes_others_find_a_theft_sooner(play: Play) -> None:
    theft = {"kind": "custodian_theft", "platform": "Harbour", "day": "1 d", "share": "8 %", "discovery_lag": "300 d"}
    looks = {"audit": "2 %/day", "live": 0, "records": 0, "reports": 0, "unpaid": 0, "notice_lag": 0}
    control = {"kind": "incident_control", "platform": "Harbour", "incident": "custodian_theft", "lag": 0.1}
    days = []
    for rng in range(8):
        seen = play(40, rng=rng, shocks=[theft], mechanisms={"discovery": looks}, variants={"n": [], "c": [control]})
        days.append((seen.gauge("hidden_gap")[:, :, 0] > 0).sum(axis=0))
    plain, controlled = np.mean(days, axis=0)
    assert controlled < 12 < plain  # means of 5 and of 28 days, to a horizon of 39


def test_a_wallet_keeps_its_clients_money_apart_at_a_bank() -> None:
    laid = PaymentWallet.preset
    assert (laid["custody"], laid["segregated_share"]) == ("bank", 0.9)
    assert laid["liquid_share"] > 0.9
    assert laid["promised_yield"] == 0


def test_custody_regimes_are_ordered_as_they_say() -> None:
    own = {"misuse_factor": 1.0, "loss_factor": 1.0, "custody_lag": 0.0, "custody_cost": 0.0, "custody_trust": 0.0}
    laid = {name: {**own, **entry.make.preset} for name, entry in REGISTRY.group("custody").items()}
    bank, firm, several, ledger, none = (
        laid[kind] for kind in ("bank", "payment_firm", "several_banks", "ledger", "none")
    )
    assert bank["misuse_factor"] < firm["misuse_factor"] < none["misuse_factor"]
    assert bank["custody_trust"] > firm["custody_trust"] > none["custody_trust"]
    assert bank["custody_lag"] > firm["custody_lag"]
    assert bank["custody_cost"] > firm["custody_cost"]
    assert bank["loss_factor"] < none["loss_factor"] < firm["loss_factor"]  # less secure
    assert firm["throughput"] < 1  # the ceiling; the others have none
    assert several["loss_factor"] == pytest.approx(bank["loss_factor"] / 3)
    assert several["custody_cost"] > bank["custody_cost"]  # the price of co-ordination
    assert ledger["visibility"] == 1


ROWS = {
    ("intervention", "cooling_off"): {"G3": "Withdrawal terms in stress", "D12": "Deliberate versus imitative"},
    ("mechanism", "observation"): {"D6": "Herding", "D12": "Deliberate versus imitative"},
    ("outcome", "cascade"): {"D6": "Herding", "D12": "Deliberate versus imitative"},
    ("mechanism", "obligations"): {"K2": "Systemic contagion"},
    ("outcome", "debts_paid"): {"K2": "Systemic contagion"},
    ("outcome", "left_after_debts"): {"K2": "Systemic contagion"},
    ("shock", "rumour"): {"C18": "Rumour", "E8": "Rumour rebuttal"},
    ("mechanism", "adoption"): {"D13": "Adoption", "A10": "Peer network"},
    ("outcome", "peak_joining"): {"D13": "Adoption"},
    ("mechanism", "reentry"): {"D14": "Activity, retention", "J5": "Recovery"},
    ("mechanism", "service_desk"): {"G4": "Service capacity", "C5": "Case: service-quality"},
    ("intervention", "guarantee"): {"G11": "Compensation"},
    ("actor", "regulator"): {"A7": "Functional regulators", "F2": "Inspection"},
    ("custody", "ledger"): {"B3": "Custody regime", "H10": "Distributed-ledger"},
    ("mechanism", "discovery"): {
        "J10": "Detection", "A9": "Media", "A11": "Insurers, auditors", "E3": "Accuracy", "H10": "Distributed-ledger",
    },
}  # fmt: skip


@pytest.mark.parametrize("entry", ROWS, ids=lambda entry: entry[1])
def test_rows_mean_what_the_catalogue_says(entry: tuple[str, str]) -> None:
    with (files("trustsim") / "report/words/sources.csv").open(encoding="utf-8") as lines:
        title = {row["id"]: row["text"] for row in csv.DictReader(lines)}
    assert set(REGISTRY[entry].rows) == set(ROWS[entry])
    for row, begins in ROWS[entry].items():
        assert title[row].startswith(begins)
