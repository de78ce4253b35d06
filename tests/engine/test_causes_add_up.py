"""Taking down why money is asked for: every unit has a cause, and nobody is disturbed."""

import numpy as np
from hypothesis import given
from small_worlds import Document, arrays_of, crisis, differing, documents, finished, scenario_of

from trustsim.analysis.causes import CHANNELS, Causes
from trustsim.kernels.layout import RUNS, Gauges
from trustsim.model import lockstep_groups


def watched(scenario, names):
    model = Causes(scenario, names, 0)
    for _ in range(scenario.n_days):
        model.step()
    return model


def has_causes_for_all(model):
    requests = model.history[1:, Gauges.REQUESTS].sum(axis=(0, 2))
    assert (model.asked == requests).all()
    assert np.allclose(model.by_channel.sum(axis=1), model.asked, rtol=1e-5)  # shares are kept in single precision


@given(documents())
def test_every_request_has_causes_that_add_up(document: Document) -> None:
    scenario = scenario_of(document)
    for names in lockstep_groups(scenario, [v.name for v in scenario.variants]):
        has_causes_for_all(watched(scenario, names))


def test_a_crisis_has_every_cause_and_runs_as_if_nobody_asked_why() -> None:
    scenario = crisis()
    model = watched(scenario, ["nothing"])
    has_causes_for_all(model)
    assert (model.by_channel[0] > 0).sum() >= len(CHANNELS) - 1
    assert differing(arrays_of(model, 0), arrays_of(finished(scenario), 0)) == []


def test_the_parts_added_up_are_what_the_account_pass_decided_by() -> None:
    class Checked(Causes):
        """Asks of all who leave whether they run: whether the sum of the parts passes the draw, and they look."""

        n_asked = 0

        def _shares(self, v, i):
            who, (login, luck, _) = self._chosen(v, i), self._draws(i)
            at_rest, push = self._running(who)
            runs = (at_rest + push.sum(axis=0) > luck) & (self._looking(who, login) <= 1)
            assert (runs == (self.state.actions[v, i] & RUNS > 0)).all()
            Checked.n_asked += len(i)
            return super()._shares(v, i)

    seen = [{"kind": kind} for kind in ("stayers_shown", "stay_commitment", "prompts", "make_amends")]
    seen += [{"kind": "campaign", "attention": 2}]
    guarded = {"nothing": [], "guarded": [{"kind": "guarantee", "platform": "*", "limit": 2000}], "seen": seen}
    model = Checked(crisis(variants=guarded), ["nothing", "guarded", "seen"], 0)
    for _ in range(60):
        model.step()
    assert Checked.n_asked > 200
