"""The commented scenario file that ``trustsim init`` writes."""

STARTER = """\
# A scenario of trustsim: a trust crisis on a money platform, and the remedies to compare.
#   trustsim check FILE      what is wrong with it, all at once
#   trustsim compare FILE    which variant would have helped, by how much, at what price
#   trustsim catalog         everything that can be written here: units, bounds, sources
trustsim: 1 # version of the file format
title: Custodian theft at a lending platform
horizon: 180 d # how long a run lasts; also 26 w, 2 h, 1 y

network: # who sees and hears whom
  kind: small_world

investors:
  count: 1000
  segments: # shares add to 100 %; a trait may be a number or a distribution
    - name: novice
      share: 70 %
      literacy: beta(2, 5)
    - name: professional
      share: 30 %
      literacy: beta(5, 2)

platforms: # `kind` brings defaults; every key here overrides one of them
  - name: Harbour
    kind: p2p_lending
    custody: bank
    liquid_share: 12 % # cash over claims

shocks: # what strikes from outside; any may carry from, until, when
  - kind: custodian_theft
    platform: Harbour
    day: 30
    share: 8 % # of what the custodian keeps
    discovery_lag: 10 d
    notice_lag: 5 d

variants: # packages of interventions; the first is the baseline, names combine
  nothing: []
  prompt notice:
    - kind: incident_notice
      delay: 0 d
  insured:
    - kind: guarantee
      cover: 80 %
      limit: 50000 CNY
      credibility: 0.9
  both: [prompt notice, insured]

# what tables, pictures and files show, beside the headline outcomes; take the key away, and they show every outcome
# (trustsim catalog outcome), which is a wide table and a long report
outcomes: [excess_withdrawn, excess_left, run_probability, investor_loss, stuck_money, needs_unmet, failure_probability,
  loss_by_payer, peak_outflow, trust_trough, trust_recovery, time_to_failure, policy_cost]
replications: 200 # worlds; or {precision: 1 pp, of: run_probability, budget: 2000}
seed: 1
"""
