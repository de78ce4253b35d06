"""How fast it is: what ``trustsim bench`` measures, on this machine, in one process and as ratios where it can be."""
