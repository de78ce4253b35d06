"""Print, as JSON, the SHA-256 of a small network of every generated kind; run by test_plain_python.py."""

from __future__ import annotations

import json
import warnings

from small_worlds import NETWORKS, digest, scenario_of

from trustsim.kernels import draws, purposes
from trustsim.world import build_network


def main() -> None:
    warnings.simplefilter("error")
    key = draws.key_of(2**40 + 5, 3)
    found = {"key": digest(key), "uniforms": digest(draws.uniforms(1000, purposes.USER, key, day=3, first=2**31))}
    for settings in NETWORKS:
        story = {"trustsim": 1, "horizon": 1, "network": settings, "platforms": [{"name": "Quay"}]}
        kind = scenario_of(story).variants[0].world.network
        for n_nodes in (0, 1, 2, 40):
            links = build_network.build(kind, n_nodes, key)
            found[f"{settings['kind']} {n_nodes}"] = digest(links.indptr) + digest(links.neighbours)
            more = build_network.extended(links, 4, 1.5, key)
            found[f"{settings['kind']} {n_nodes} extended"] = digest(more.indptr) + digest(more.neighbours)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
