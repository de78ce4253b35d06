"""The list of phases that a day consists of, in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from trustsim.model.engine import Engine
from trustsim.world.hooks import OPEN_PHASES


class Phase(NamedTuple):
    """One part of the day: its name, what happens, and how."""

    name: str
    text: str
    run: Callable[[Engine], None]

    def __str__(self) -> str:
        is_open = self.name in OPEN_PHASES
        return f"**{self.name}**{' (open to `each_day`)' if is_open else ''}: {self.text}"


#: the parts of a day, in order; within a part the order of accounts, platforms and variants changes no result
DAY: tuple[Phase, ...] = (
    Phase(
        "shocks and levers",
        "Payments that were stopped resume. Shocks and levers whose time has come act; where a lever starts or ends, "
        "the terms of the platforms are put together anew.",
        Engine.reopen,
    ),
    Phase(
        "news",
        "Overdue payments, stops and failures of the day before become messages, service desks answer, platforms clear "
        "what they owe each other, what platforms hide is looked for and told.",
        Engine.news,
    ),
    Phase(
        "actors",
        "Those who stand beside investors and platforms, such as regulators, observe and act; who is known to be "
        "insolvent may be closed.",
        Engine.act_beside,
    ),
    Phase(
        "assets",
        "Assets repay, pay interest, default and change price; debt is paid back, spare cash is lent; platforms pay "
        "what levers and custody cost.",
        Engine.carry,
    ),
    Phase(
        "weights",
        "The day's weights are worked out: what is published of risk and cash, how far the queue is seen, how near a "
        "gate is, what the press tells of runs.",
        Engine.prepare,
    ),
    Phase("maturities", "Locked balances that mature today are unlocked.", Engine.unlock),
    Phase(
        "choices",
        "Every investor hears, feels, believes, judges and chooses, for every account; then the rules of choice that "
        "stand beside this pass say who leaves or joins, and who waits may think again where a lever lets them.",
        Engine.choose,
    ),
    Phase(
        "actions",
        "Those who act ask for their money, pay in, or raise the alarm; their neighbours see it.",
        Engine.act,
    ),
    Phase(
        "settlement",
        "Due requests are paid under the platform's terms; assets are sold where cash is short. A platform in arrears "
        "for longer than its patience fails: custody is returned, the estate shared, the guarantee paid.",
        Engine.settle,
    ),
    Phase(
        "measures",
        "Interest is credited every 30 days. Everything is measured and recorded; what is measured today is seen "
        "tomorrow.",
        Engine.measure,
    ),
)
assert set(OPEN_PHASES) <= {phase.name for phase in DAY}
