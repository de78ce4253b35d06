"""How often: all replications of a scenario on all workers, failed runs as records, and the run folder."""
