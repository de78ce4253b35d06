"""Print, as JSON, the SHA-256 of every array of a small run; run by test_plain_python.py with and without
compilation."""

from __future__ import annotations

import copy
import json
import warnings

from small_worlds import CRISIS, arrays_of, digest, finished, scenario_of

LEVERS = {
    "nothing": [],
    "gate": [
        {"kind": "redemption_gate", "platform": "Quay", "trigger": 0.2, "duration": 5},
        {"kind": "guarantee", "cover": 0.5, "limit": 20000},
        {"kind": "custody_mandate"},
        {"kind": "live_transparency", "strength": 0.5},
    ],
    "other": [
        {"kind": "pro_rata_payout"},
        {"kind": "credit_line"},
        {"kind": "rumour_rebuttal"},
        {"kind": "redemption_fee", "when": {"indicator": "liquidity", "below": 0.1}},
        {"kind": "early_action", "platform": "Harbour", "solvency": -0.2},
        {"kind": "user_education"},
    ],
}


def main() -> None:
    warnings.simplefilter("error")
    document = copy.deepcopy(CRISIS)
    document |= {"horizon": 40, "variants": LEVERS}
    document["platforms"] = document["platforms"][:2]
    document["investors"]["count"] = 60
    document["shocks"] = [s for s in document["shocks"] if s.get("platform") != "Mole"]
    model = finished(scenario_of(document))
    found = {}
    for v, name in enumerate(LEVERS):
        found |= {f"{name}: {what}": digest(array) for what, array in arrays_of(model, v).items()}
    found["network"] = digest(model.state.network.neighbours)
    found["traits"] = digest(model.state.traits)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
