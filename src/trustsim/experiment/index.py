"""The index of a run store is an SQLite database that says what lies there: its tables, its format, and what is wrong.

It can be read while a process is at work there, and on media that cannot be written, for what is read is a copy in
memory.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from trustsim.errors import TrustsimError
from trustsim.experiment.passing import Passing
from trustsim.experiment.shards import Damaged, names_in

FORMAT = 5
INDEX = "index.sqlite"
JOURNALS = ("-journal", "-wal")  # after the name of a database
APPLICATION = 0x74727573  # "trus", which SQLite keeps in the head of the file
TABLES = {
    "block": "id INTEGER PRIMARY KEY, shard TEXT UNIQUE, sha256 TEXT NOT NULL, seconds REAL NOT NULL, "
    "about TEXT NOT NULL, mark BLOB NOT NULL",
    "run": "address TEXT, replication INTEGER, block INTEGER NOT NULL, row INTEGER NOT NULL, outcomes BLOB NOT NULL, "
    "episodes TEXT NOT NULL, mark BLOB NOT NULL, PRIMARY KEY (address, replication)",
    "failure": "address TEXT, replication INTEGER, record TEXT NOT NULL, PRIMARY KEY (address, replication)",
    "tally": "name TEXT PRIMARY KEY, n INTEGER NOT NULL, mark BLOB NOT NULL",
}
SECONDS_TO_WAIT = 30.0  # for another program that has the index locked
_BROKEN = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR", "SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_CONSTRAINT")
_NOT_WRITABLE = ("SQLITE_CANTOPEN", "SQLITE_READONLY")


def check_format(folder: Path, index: sqlite3.Connection) -> None:
    """Raise TrustsimError unless this is the index of a run store, of this format."""
    version, application = (
        index.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id")
    )
    tables = {name for (name,) in index.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if application == APPLICATION and version == FORMAT:
        missing = TABLES.keys() - tables
        if missing:
            raise damaged(folder, f"an index without its table {', '.join(sorted(missing))}")
        return
    is_ours = application == APPLICATION or {"block", "run", "failure"} <= tables
    if is_ours and version != FORMAT:
        raise TrustsimError(
            f"{folder}: given a run store of format {version}; allowed: {FORMAT}. Another version of "
            "trustsim wrote it, and its runs are those of that version: read it with that one, or let --out name "
            "another folder"
        )
    raise damaged(folder, "a database of another program" if tables else "a database without a table")


def damaged(folder: Path, what: str, still: str = "") -> Damaged:
    """Return the error for an index that is not as it was written."""
    return Damaged(
        f"{folder / INDEX}: given {what}; allowed: the index that trustsim wrote there. {still}Nothing was "
        f"deleted, and shards, tables and reports beside it are as they were. Put a copy of the index back; or move "
        f"{folder} away, and the same command, or trustsim resume, computes its runs again"
    )


def trouble_with(folder: Path, what: str, error: Exception) -> TrustsimError:
    """Return the error for what SQLite or the system says of a store."""
    name = getattr(error, "sqlite_errorname", None) or ""
    if isinstance(error, sqlite3.Error) and name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return TrustsimError(
            f"{folder / INDEX}: cannot {what} it: another program has it locked, for {SECONDS_TO_WAIT:.0f} s and "
            "longer; allowed: to close that program (what was finished is kept), and the same command again"
        )
    is_broken = name.startswith(_BROKEN) or (not name and "decode" in str(error).lower())
    if isinstance(error, sqlite3.Error) and is_broken:
        return damaged(folder, f"a file that is no whole SQLite database ({error})")
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return TrustsimError(
        f"{folder}: cannot {what} it ({reason}); allowed: a folder with room that you may write to. "
        "What was finished is kept"
    )


def no_index(place: Path) -> TrustsimError:
    """Return the error for a folder that has no index where one is read."""
    if place.is_dir() and names_in(place):
        return lost(place)
    there = "something that is no file" if (place / INDEX).exists() else "a folder without an index of runs"
    return TrustsimError(f"{place}: cannot read runs in it: given {there}; allowed: one in which a study has begun")


def lost(place: Path) -> Damaged:
    """Return the error for shards without the index that says what they are."""
    return Damaged(
        f"{place / INDEX}: given {len(names_in(place))} shards beside an index that is gone; allowed: the one that was "
        f"written with them. Nothing was deleted. Put a copy of it back; or move {place} away, and the same "
        "command, or trustsim resume, computes all runs again"
    )


def copy_of(file: Path) -> sqlite3.Connection:
    """Return a database as it is at this moment, in memory. Nothing is written where it lies."""
    address = Path(os.path.abspath(file)).as_uri()
    try:
        return _in_memory(f"{address}?mode=ro")
    except sqlite3.OperationalError as e:
        if not (getattr(e, "sqlite_errorname", None) or "").startswith(_NOT_WRITABLE):
            raise
    journals = [path for end in JOURNALS if (path := file.with_name(file.name + end)).exists()]
    if not any(journal.stat().st_size for journal in journals):
        return _in_memory(f"{address}?immutable=1")
    with Passing() as passing:
        for each in (file, *journals):  # what a process that was killed left half done is undone in the copy
            shutil.copyfile(each, passing.path / each.name)
        return _in_memory(f"{(passing.path / file.name).as_uri()}?mode=rw")


def _in_memory(address: str) -> sqlite3.Connection:
    with closing(sqlite3.connect(address, uri=True, timeout=SECONDS_TO_WAIT)) as there:
        there.execute("BEGIN")  # and a look, which waits for whoever writes: the copy itself would not
        there.execute("SELECT count(*) FROM sqlite_master").fetchone()
        index = sqlite3.connect(":memory:")
        try:
            there.backup(index)
        except BaseException:
            index.close()
            raise
    return index
