"""The command that says whether scenarios show what they must: evidence."""

from __future__ import annotations

from dataclasses import replace

import click

from trustsim.cli import common, folders
from trustsim.cli.common import main, print_json
from trustsim.cli.completion import scenarios
from trustsim.cli.folders import KINDS, Counts, Folder, Kind
from trustsim.cli.how import How, check_memory, cluster, how_options, room


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", shell_complete=scenarios)
@click.option("--replications", type=click.IntRange(min=1), metavar="N", help="In place of the number in each file.")
@click.option("--out", metavar="DIR", default="evidence-run", help="Run folder; by default 'evidence-run' in this one.")
@how_options(click.option("--long", "is_long", is_flag=True, help="All that is known of each entry."))
def evidence(
    paths: tuple[str, ...],
    replications: int | None,
    out: str,
    is_long: bool,
    how: How,
) -> None:
    """Run scenario files, or all in folders, and judge what they `expect`; status 1 where something is not shown.

    Runs are kept in the run folder: the same command again, or `trustsim resume DIR`, only runs what is
    missing.
    """
    from trustsim.ask.evidenced import others_of, stories_of
    from trustsim.experiment.address import engine
    from trustsim.experiment.estimate import estimate
    from trustsim.experiment.folder import expanded
    from trustsim.experiment.request import Request
    from trustsim.scenario.shipped import find

    stories = stories_of([find(path) for path in paths], common.registry())
    for story in (each for told in stories for each in (told, *others_of(told, common.registry()))):
        check_memory(estimate(story, replications=replications, workers=how.workers), story, how)
    options = {"files": [story.source for story in stories], "long": is_long}
    request = Request("evidence", replications, engine=engine(), options=options)
    folders.go(expanded(out), how, stories, request, reads_back=False)


def _go_on(study: Folder, how: How) -> None:
    """Run what is missing of scenarios and judge what they expect."""
    from trustsim.ask import evidenced
    from trustsim.report.tables import evidence_tables

    called = study.request.options["files"]
    stories = [replace(story, source=file) for story, file in zip(study.scenarios, called, strict=True)]
    with cluster(how.dask) as pool:
        result = evidenced.judged(
            stories, replications=study.request.replications, progress=not how.quiet, out=study.store,
            registry=common.registry(), workers=how.workers, pool=pool, timeout=how.timeout,
            room=room(how.quiet),
        )  # fmt: skip
    if how.as_json:
        print_json(evidence_tables.evidence_json(result))
    else:
        evidence_tables.print_evidence(result, is_long=study.request.options.get("long", False))
    if any(each.study.interrupted for each in result.checked):
        click.echo(f"interrupted; what finished is kept; go on with: {study.resume}", err=True)
        raise click.exceptions.Exit(common.INTERRUPTED)
    if not result.is_met:
        raise click.exceptions.Exit(common.NOT_MET)
    if any(each.study.failed for each in result.checked):
        raise click.exceptions.Exit(common.SOME_FAILED)


def _counts(study: Folder) -> Counts:
    """Return the runs of what scenarios expect."""
    from trustsim.analysis.evidence import variants_needed
    from trustsim.ask.evidenced import others_of
    from trustsim.experiment.address import addresses
    from trustsim.experiment.plan import planned
    from trustsim.experiment.simulate import simulate
    from trustsim.experiment.verify import Part
    from trustsim.report.words.words import plural

    parts, replications = [], study.request.replications
    for story in study.scenarios:
        n = planned(story) if replications is None else replications
        parts.append(Part(story, addresses(story, variants_needed(story.expect, story.baseline), simulate), n))
        for other in others_of(story, common.registry()):
            names = variants_needed(story.expect, other.baseline, other.source)
            parts.append(Part(other, addresses(other, names, simulate), n))
    n_runs = sum(part.total * len(part.addresses) for part in parts)
    has_rule = replications is None and any(not isinstance(story.replications, int) for story in study.scenarios)
    return Counts(
        f"evidence of {plural(len(study.scenarios), 'scenario')}{', at most' if has_rule else ''}", parts, n_runs
    )


KINDS["evidence"] = Kind(_go_on, _counts)
