"""Kinds of damage to a run folder: each is done to a copy of a whole one, by a function of a random source and a path.

What is right after each of them: no traceback, no hang, no number that differs at status 0, and nothing deleted that
trustsim did not write and name (``test_damage.py``).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np

SECRET = "a file of the user's own"


def index(folder: Path) -> Path:
    return folder / "runs/index.sqlite"


def shards(folder: Path) -> list[Path]:
    """Return what trustsim named; the user's own is left alone."""
    return sorted((folder / "runs").glob("?" * 32 + ".npz"))


def flip(path, rnd, n=1):
    data = bytearray(path.read_bytes())
    for _ in range(n):
        data[rnd.randrange(len(data))] ^= 1 << rnd.randrange(8)
    path.write_bytes(data)


def cut(path, rnd):
    size = path.stat().st_size
    os.truncate(path, rnd.choice([0, 1, 100, 512, 4096 % size, size // 2, size - 1, rnd.randrange(size)]))


def sql(folder, *queries):
    store = sqlite3.connect(index(folder))
    for query in queries:
        store.execute(*([query] if isinstance(query, str) else query))
    store.commit()
    store.close()


def outcome(rnd, folder):
    store = sqlite3.connect(index(folder))
    address, replication, blob = rnd.choice(store.execute("SELECT address, replication, outcomes FROM run").fetchall())
    values = np.frombuffer(blob, np.float64).copy()
    k = rnd.randrange(len(values))
    values[k] = rnd.choice([0.123, 1e6, values[k] * 1.5 + 0.1])
    where = "WHERE address = ? AND replication = ?"
    store.execute(f"UPDATE run SET outcomes = ? {where}", (values.tobytes(), address, replication))
    store.commit()
    store.close()


def swap(rnd, folder, columns):
    """Exchange what two rows say."""
    store = sqlite3.connect(index(folder))
    rows = store.execute(f"SELECT address, replication, {columns} FROM run").fetchall()
    one, other = rnd.sample(rows, 2)
    setting = ", ".join(f"{name} = ?" for name in columns.split(", "))
    for row, values in ((one, other[2:]), (other, one[2:])):
        store.execute(f"UPDATE run SET {setting} WHERE address = ? AND replication = ?", (*values, *row[:2]))
    store.commit()
    store.close()


def swap_files(rnd, folder):
    one, other = rnd.sample(shards(folder), 2)
    beside = folder / "beside"
    one.rename(beside)
    other.rename(one)
    beside.rename(other)


def to_folder(path):
    path.unlink(missing_ok=True)
    path.mkdir()


def loop(path):
    path.unlink(missing_ok=True)
    path.symlink_to(path.name)


def other_shard(rnd, folder):
    """A shard of the right name with another member, or one of another shape."""
    path = rnd.choice(shards(folder))
    with path.open("wb") as stream:
        np.savez(stream, **{rnd.choice(["outflow", "inflow"]): np.zeros((rnd.randrange(1, 9), 5, 3), np.float32)})


def restored(rnd, folder):
    """An index of before the last blocks came."""
    sql(folder, "DELETE FROM run WHERE block > 1", "DELETE FROM block WHERE id > 1")


DAMAGES = {
    "index: a bit": lambda r, d: flip(index(d), r),
    "index: 16 bits": lambda r, d: flip(index(d), r, 16),
    "index: 400 bits": lambda r, d: flip(index(d), r, 400),
    "index: cut": lambda r, d: cut(index(d), r),
    "index: empty": lambda r, d: index(d).write_bytes(b""),
    "index: gone": lambda r, d: index(d).unlink(),
    "index: noise": lambda r, d: index(d).write_bytes(r.randbytes(20000)),
    "index: text": lambda r, d: index(d).write_text("hello"),
    "index: a folder": lambda r, d: to_folder(index(d)),
    "index: a loop of links": lambda r, d: loop(index(d)),
    "index: of another program": lambda r, d: (index(d).unlink(), sql(d, "CREATE TABLE songs (title)")),
    "index: of another version": lambda r, d: sql(d, "PRAGMA user_version = 77"),
    "index: an outcome": outcome,
    "index: outcomes swapped": lambda r, d: swap(r, d, "outcomes, mark"),
    "index: rows swapped": lambda r, d: swap(r, d, "block, row, outcomes, episodes, mark"),
    "index: a short outcome": lambda r, d: sql(d, "UPDATE run SET outcomes = substr(outcomes, 1, 9)"),
    "index: outcomes as text": lambda r, d: sql(d, "UPDATE run SET outcomes = 'x' WHERE replication = 2"),
    "index: names of outcomes exchanged": lambda r, d: sql(
        d,
        "UPDATE block SET about = replace(replace(replace(about, 'run_probability', '#'), 'investor_loss', "
        "'run_probability'), '#', 'investor_loss')",
    ),
    "index: another shape": lambda r, d: sql(d, "UPDATE block SET about = json_set(about, '$.shape[0]', 3)"),
    "index: broken names": lambda r, d: sql(d, "UPDATE block SET about = '{x'"),
    "index: other episodes": lambda r, d: sql(d, "UPDATE run SET episodes = '[[9, 9]]' WHERE replication = 2"),
    "index: another replication": lambda r, d: sql(d, "UPDATE run SET replication = 99 WHERE replication = 3"),
    "index: another address": lambda r, d: sql(
        d, "UPDATE run SET address = substr(address, 2) || 'f' WHERE replication = 1"
    ),
    "index: a row beyond": lambda r, d: sql(d, "UPDATE run SET row = 99999 WHERE replication = 1"),
    "index: a run gone": lambda r, d: sql(d, "DELETE FROM run WHERE replication = 4"),
    "index: all runs gone": lambda r, d: sql(d, "DELETE FROM run"),
    "index: emptied": lambda r, d: sql(d, "DELETE FROM run", "DELETE FROM block", "DELETE FROM tally"),
    "index: a block gone": lambda r, d: sql(d, "DELETE FROM block WHERE id = 1"),
    "index: a table gone": lambda r, d: sql(d, f"DROP TABLE {r.choice(['run', 'block', 'failure', 'tally'])}"),
    "index: an older one": restored,
    "index: a failure of nobody": lambda r, d: sql(
        d, "INSERT INTO failure VALUES ((SELECT address FROM run LIMIT 1), 0, '{bad')"
    ),
    "index: a journal of noise": lambda r, d: (d / "runs/index.sqlite-journal").write_bytes(r.randbytes(9000)),
    "index: a log of noise": lambda r, d: (d / "runs/index.sqlite-wal").write_bytes(r.randbytes(9000)),
    "shard: a bit": lambda r, d: flip(r.choice(shards(d)), r),
    "shard: 50 bits": lambda r, d: flip(r.choice(shards(d)), r, 50),
    "shard: cut": lambda r, d: cut(r.choice(shards(d)), r),
    "shard: gone": lambda r, d: r.choice(shards(d)).unlink(),
    "shard: all gone": lambda r, d: [path.unlink() for path in shards(d)],
    "shard: noughts": lambda r, d: (lambda p: p.write_bytes(bytes(p.stat().st_size)))(r.choice(shards(d))),
    "shard: a folder": lambda r, d: to_folder(r.choice(shards(d))),
    "shard: a loop of links": lambda r, d: loop(r.choice(shards(d))),
    "shard: another member": other_shard,
    "shard: two swapped": swap_files,
    "scenario: cut": lambda r, d: cut(d / "resolved.yaml", r),
    "scenario: bits": lambda r, d: flip(d / "resolved.yaml", r, 3),
    "scenario: another seed": lambda r, d: (d / "resolved.yaml").write_text("title: A theft\nseed: 2\n"),
    "scenario: gone": lambda r, d: (d / "resolved.yaml").unlink(),
    "scenario: a folder": lambda r, d: to_folder(d / "resolved.yaml"),
    "request: empty": lambda r, d: (d / "request.json").write_bytes(b""),
    "request: a bit": lambda r, d: flip(d / "request.json", r),
    "request: cut": lambda r, d: cut(d / "request.json", r),
    "request: a list": lambda r, d: (d / "request.json").write_text("[1]"),
    "request: no text": lambda r, d: (d / "request.json").write_bytes(b"\xff\xfe{"),
    "request: deep": lambda r, d: (d / "request.json").write_text("[" * 100_000),
    "request: wrong types": lambda r, d: (d / "request.json").write_text(
        r.choice(
            [
                '{"command": "compare", "replications": "x", "variants": 5}',
                '{"command": 5, "replications": -3, "variants": null}',
                '{"command": "run", "replications": 4.5, "variants": ["nothing"], "rank_by": 7}',
                '{"command": "run", "replications": 1e400, "variants": null}',
                '{"command": "run", "replications": 3, "variants": null, "new": 1}',
            ]
        )
    ),
    "request: a folder": lambda r, d: to_folder(d / "request.json"),
    "lock: a folder": lambda r, d: to_folder(d / "runs/lock"),
    "holder: of before": lambda r, d: (d / "runs/holder.txt").write_text("process 1 on another"),
    "holder: no text": lambda r, d: (d / "runs/holder.txt").write_bytes(b"\xff\xfe"),
    "holder: a folder": lambda r, d: (d / "runs/holder.txt").mkdir(),
    "runs: a half shard": lambda r, d: (d / "runs" / ("a" * 32 + ".npz.part")).write_bytes(b"x"),
    "runs: a file": lambda r, d: (shutil.rmtree(d / "runs"), (d / "runs").write_bytes(b"x")),
    "runs: gone": lambda r, d: shutil.rmtree(d / "runs"),
    "study.json: a folder": lambda r, d: to_folder(d / "study.json"),
    "study.json: a list": lambda r, d: (d / "study.json").write_text("[1]"),
    "outcomes.csv: a folder": lambda r, d: to_folder(d / "outcomes.csv"),
}
OWN = ("runs/mydata.npz", "runs/notes.part", "runs/b.npz.part", "mine.csv")  # of the user, beside what is kept


def add_own(folder):
    """Put files of the user's own beside what trustsim wrote."""
    for name in OWN:
        (folder / name).write_text(SECRET)
