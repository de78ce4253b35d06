"""The command that says whether scenarios show what they must: evidence."""

from __future__ import annotations

import click

from trustsim.cli import common
from trustsim.cli.common import (
    dask_option,
    json_option,
    main,
    print_json,
    quiet_option,
    timeout_option,
    workers_option,
)


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option("--replications", type=click.IntRange(min=1), metavar="N", help="In place of the number in each file.")
@click.option("--out", metavar="DIR", default="evidence-run", help="Run folder; by default 'evidence-run' in this one.")
@workers_option
@dask_option
@timeout_option
@json_option
@quiet_option
def evidence(
    paths: tuple[str, ...],
    replications: int | None,
    out: str,
    workers: int | None,
    dask: str | None,
    timeout: float | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run scenario files, or all in folders, and judge what they `expect`; status 1 where something is not shown.

    Runs are kept in the run folder: the same command again only runs what is missing.
    """
    from trustsim.report import evidence_tables, evidenced
    from trustsim.scenario.shipped import find

    with common.cluster(dask) as pool:
        found = evidenced.evidence(
            [find(path) for path in paths], replications=replications, progress=not quiet, out=out,
            registry=common.registry(), workers=workers, pool=pool, timeout=timeout,
        )  # fmt: skip
    if as_json:
        print_json(evidence_tables.evidence_json(found))
    else:
        evidence_tables.print_evidence(found)
    if any(each.study.interrupted for each in found.checked):
        click.echo(f"interrupted; what finished is kept in {out}, and the same command goes on", err=True)
        raise click.exceptions.Exit(common.INTERRUPTED)
    if not found.is_met:
        raise click.exceptions.Exit(common.NOT_MET)
    if any(each.study.failed for each in found.checked):
        raise click.exceptions.Exit(common.SOME_FAILED)
