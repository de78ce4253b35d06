"""What a variant changes in vain: a preset over whose values a stronger one lies."""

from __future__ import annotations

from collections.abc import Iterator

from trustsim.registry import Entry, Registry
from trustsim.scenario.presets import chosen_for
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.sections import uncopied


def outweighed(scenario: Scenario, registry: Registry) -> Iterator[str]:
    """Yield in words what presets of platforms that a variant chooses do not change, and by what."""
    worlds = {variant.name: uncopied(variant.world.platforms) for variant in scenario.variants}
    for name, platforms in worlds.items():
        for before, now in zip(worlds[scenario.baseline], platforms, strict=True):
            said = {key: getattr(now, key) for key in getattr(now, "said", ())}
            above: dict[str, Entry] = {}
            for group, entry in chosen_for(registry, "platform", said):
                preset = entry.make.preset
                if group.key in said and said[group.key] != getattr(before, group.key):
                    kept: dict[Entry, list[str]] = {}
                    for key in preset:
                        if key in above and key not in said and above[key].make.preset[key] != preset[key]:
                            kept.setdefault(above[key], []).append(key)
                    for other, keys in kept.items():
                        over = f"{other.group.replace('_', ' ')} {other.name} lies over it"
                        yield f"{name}: {group.key} {entry.name} leaves {', '.join(keys)} of {now.name}: {over}"
                above = {**dict.fromkeys(preset, entry), **above}
