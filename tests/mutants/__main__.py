"""`make mutants`: change what counts money, one small thing at a time, and see that some test minds each change.

Exit status 1: a mutant is alive that is not in the list, or one in the list is not alive any more; 2: a file could not
be tried, since its tests are red without any change.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from itertools import groupby
from operator import attrgetter

from tests.mutants.chosen import ACTIONS, chosen
from tests.mutants.known import Name, entry, known, names
from tests.mutants.on_a_database import try_action
from tests.mutants.trial import Tried, Wrong, try_file

AT_ONCE = 2


def main(paths: list[str]) -> int:
    """All files that are looked after, or those below the paths."""
    begun = time.monotonic()
    listed = known()
    mutants = alive = files = 0
    wrong: set[Name] = set()
    failed: list[str] = []
    with multiprocessing.get_context("fork").Pool(AT_ONCE, maxtasksperchild=1) as pool:
        for one in pool.imap_unordered(_tried, chosen(paths)):
            if isinstance(one, str):
                failed.append(one)
                print(one, flush=True)
                continue
            files, mutants, alive = files + 1, mutants + one.mutants, alive + len(one.alive)
            print(f"{one.file}: {one.mutants} mutants, {len(one.alive)} alive", flush=True)
            wrong |= compared(one, names(listed, one.file))
    print(
        f"{files} files, {mutants} mutants, {alive} alive, {len(wrong)} not as listed, {len(failed)} files could not be"
        f" tried; {time.monotonic() - begun:.0f} s"
    )
    return 2 if failed else int(bool(wrong))


def compared(one: Tried, listed: set[Name]) -> set[Name]:
    """Who is alive and not in the list, and who is in the list and not alive; both are printed."""
    alive = {mutant.name: mutant for mutant in one.alive}
    new, gone = [mutant for name, mutant in alive.items() if name not in listed], listed - alive.keys()
    for _, mutants in groupby(new, attrgetter("where", "before")):
        print(entry(mutants), end="\n\n", flush=True)
    for file, where, before, after in sorted(gone):
        print(f"not alive any more: {file}, {where}: {before} -> {after}", flush=True)
    return gone | {mutant.name for mutant in new}


def _tried(work: tuple[str, tuple[list[str], ...]]) -> Tried | str:
    try:
        return (try_action if work[0] in ACTIONS else try_file)(*work)
    except Wrong as wrong:
        return str(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
