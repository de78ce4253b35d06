"""What the description always tells: what each concept of ODD is about, and where the engine tells of itself."""

from __future__ import annotations

from trustsim.kernels import act, balance, failure, feel, settle
from trustsim.measures import runs
from trustsim.world import beginnings, build_state, population, terms

#: design concepts of ODD that mechanisms are about, as their ``concepts`` say; what they do is told by their docstrings
CONCEPTS = (
    "emergence", "adaptation", "objectives", "learning", "prediction", "sensing", "interaction", "collectives",
)  # fmt: skip
#: submodels that every scenario has, with where their docstring is
ALWAYS = (
    ("Hearing", feel.hear),
    ("Asking for money, joining, and what neighbours see", act.act),
    ("Assets", balance.carry),
    ("Payment", settle.settle),
    ("Failure", failure.fail),
    ("How levers combine", terms),
    ("What counts as a run on a platform", runs.find_runs),
)
START = (
    ("People", population.draw_population),
    ("Accounts", population.open_accounts),
    ("Balance sheets", build_state.build),
    ("Beliefs", beginnings.fill_beliefs),
)
METHODS = (
    "doi:10.1016/j.ecolmodel.2006.04.023", "doi:10.18564/jasss.4259", "doi:10.1080/17477778.2018.1442155",
    "doi:10.1145/2063384.2063405",
    "doi:10.1080/01621459.1927.10502953", "doi:10.1111/j.2517-6161.1992.tb01876.x",
    "doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B",
)  # fmt: skip
