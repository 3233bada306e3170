"""`make mutants`: change what counts money, one small thing at a time, and see that some test minds each change.

Exit status 1: a mutant is alive that is not in the list, or one in the list is not alive any more.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from itertools import groupby
from operator import attrgetter

from tests.mutants.chosen import chosen
from tests.mutants.known import Name, entry, known, names
from tests.mutants.trial import Tried, Wrong, try_file

AT_ONCE = 2


def main(paths: list[str]) -> int:
    """All files that are looked after, or those below the paths."""
    begun = time.monotonic()
    work = chosen(paths)
    tried = []
    with multiprocessing.get_context("fork").Pool(AT_ONCE, maxtasksperchild=1) as pool:
        for outcome in pool.imap_unordered(_tried, work):
            if isinstance(outcome, str):
                print(outcome, flush=True)
                return 2
            tried.append(outcome)
            print(f"{outcome.file}: {outcome.mutants} mutants, {len(outcome.alive)} alive", flush=True)
    new, gone = compared(tried)
    print(
        f"{sum(one.mutants for one in tried)} mutants of {len(tried)} files in {time.monotonic() - begun:.0f} s:",
        end=" ",
    )
    alive = sum(len(one.alive) for one in tried)
    print(f"{alive - len(new)} alive in the list, {len(new)} alive beside it, {len(gone)} in the list for nothing")
    return int(bool(new or gone))


def compared(tried: list[Tried]) -> tuple[set[Name], set[Name]]:
    """Who is alive and not in the list, and who is in the list and not alive; both are printed."""
    alive = {mutant.name: mutant for one in tried for mutant in one.alive}
    listed = names(known(), (one.file for one in tried))
    new, gone = alive.keys() - listed, listed - alive.keys()
    line = attrgetter("file", "where", "before")
    for _, mutants in groupby(sorted((alive[name] for name in new), key=line), line):
        print(entry(mutants), end="\n\n")
    for file, where, before, after in sorted(gone):
        print(f"not alive any more: {file}, {where}: {before} -> {after}")
    return new, gone


def _tried(work: tuple[str, list[str]]) -> Tried | str:
    try:
        return try_file(*work)
    except Wrong as wrong:
        return str(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
