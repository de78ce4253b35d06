"""Parameters: the numbers and names that a scenario file may set, declared as fields of frozen dataclasses."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from typing import Any

from trustsim.units import Unit

REQUIRED: Any = dataclasses.MISSING


@dataclass(frozen=True)
class Parameter:
    """One number or name that a user can set: unit, bounds, default, source, one line of text.

    ``refers`` is 'platform', 'segment', … where the value must name one of those in the same file (``'*'`` means all
    of them and is always allowed), or a group of the registry where it must name an entry of it. ``spread`` says that a
    distribution may be given. ``step``: a value is a whole multiple of it, as an even number is of 2; counts have 1.
    Checks, designs and sliders all keep to it. ``chosen``: it is a *term*, which a platform, a rule or a person can
    choose; what is not is a *fact* of the world, and a variant that sets it is another world and no remedy
    (:mod:`trustsim.analysis.other_worlds`).
    """

    name: str
    unit: Unit
    default: Any
    low: float | None
    high: float | None
    source: str
    text: str
    choices: tuple[str, ...] = ()
    refers: str = ""
    spread: bool = False
    step: float | None = None
    chosen: bool = False

    @property
    def is_required(self) -> bool:
        return self.default is REQUIRED


def bounds_of(unit: Unit, low: float | None, high: float | None) -> tuple[float | None, float | None]:
    """Return the bounds of a declared number: a share lies between 0 and 1 unless it says otherwise."""
    if unit == "share":
        return 0.0 if low is None else low, 1.0 if high is None else high
    return low, high


def parameter(
    default: Any = REQUIRED,
    *,
    unit: Unit,
    source: str,
    text: str,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    refers: str = "",
    spread: bool = False,
    step: float | None = None,
    chosen: bool = False,
) -> Any:
    """Declare a dataclass field that a scenario file may set. Defaults are in the computed unit (see units.py).

    ``source`` is a DOI, an id of the evidence table, or ``'assumed'``. ``chosen``: see :class:`Parameter`.
    """
    low, high = bounds_of(unit, low, high)
    meta = {
        "unit": unit, "low": low, "high": high, "source": source, "text": text, "choices": choices, "refers": refers,
        "spread": spread, "step": 1.0 if step is None and unit == "count" else step,
        "chosen": chosen,
    }  # fmt: skip
    if default is REQUIRED:
        return dataclasses.field(metadata=meta)
    return dataclasses.field(default=default, metadata=meta)


#: declare a parameter that is a term, which a platform, a rule or a person can choose, and no fact of the world
choice = partial(parameter, chosen=True)


def parameters_of(cls: type) -> tuple[Parameter, ...]:
    """Return the declared parameters of a dataclass, in order."""
    return tuple(
        Parameter(f.name, default=f.default, **f.metadata) for f in dataclasses.fields(cls) if "unit" in f.metadata
    )
