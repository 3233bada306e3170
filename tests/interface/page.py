"""The page as a whole: what was found in the program, between words written by hand."""

from __future__ import annotations

from portal.people.persons.principal import MOST_ESTATES
from portal.web.forms.forms import PHOTO_BYTES, UPLOAD_BYTES
from portal.web.pages.assets import SHEET, Assets
from portal.web.pages.parts import BODY_BYTES
from tests.interface.attributes import facts, things
from tests.interface.commands import commands, jobs
from tests.interface.routes import addresses, fixed, lines, places
from tests.interface.stand_in import sandbox

MB = 2**20
HEAD = """\
# Interface

What others rely on: commands, addresses, form fields, states, and the attributes on pages by which a program finds
things. Wording and layout may change at any time; whoever changes what stands here says so in
[CHANGELOG.md](../CHANGELOG.md).

This page is made from the program, and a test compares the two. After a change, generate it again:

```
.venv/bin/python -m tests.interface > docs/interface.md
```

Settings are in [README.md](../README.md), the files and columns of an import in [files.md](files.md), and what
`/readyz` and `/metrics` say in [operate.md](operate.md).
"""
COMMANDS = """\
## Commands

A word in brackets may be left out. Every command also takes `--json` (one object on standard output; messages go to
standard error), `--data FOLDER` (instead of `PORTAL_DATA`) and `--embedded` (allow the embedded database in
production). The exit status is 0 when all is well, 1 when something was refused or found wrong, 2 when the words
were not understood, and 130 when Ctrl-C cut the work off. Sums are in fen. A month is `2026-11`, a date
`2026-11-30`. `portal --version` prints the version.
"""
JOBS = """\
### Daily jobs

`portal run` does one of these as of a date. The worker does them by itself.
"""
ANSWERS = f"""\
## How pages answer

| status | when |
| --- | --- |
| 303 | a form was accepted, and this is the next page; or this is the way to sign in, with `next` for the way back |
| 400 | what cannot be read, or came under a host name that is not ours |
| 403 | signed in without the role or by the other door, or a form sent from another site |
| 404 | it is not there, or it belongs to somebody else |
| 409 | its state no longer allows it |
| 413 | more than {BODY_BYTES // 1024} KB; {UPLOAD_BYTES // MB} MB with photos; but files of an import are a 422 |
| 422 | a form with mistakes: the same page again, with what was typed |
| 429 | the webhook in a flood |
| 500 | a fault of ours, with a number that is in the log too |
| 503 | the database is away; `Retry-After` says when to ask again |

- A form is sent as `application/x-www-form-urlencoded` or `multipart/form-data`. All of them work without JavaScript,
  but for the button that turns on messages in a browser.
- It must come from our own page: `Sec-Fetch-Site: same-origin`, or `Origin` with our address. Only the webhook of
  the payment service is exempt.
- A sum is typed in yuan with at most two decimals. A day is `2026-11-30`, `2026/11/30` or `2026年11月30日`. A mobile
  number has eleven digits, with or without +86. A box is ticked by any value but an empty one, `0`, `no` and
  `false`. A photo is a JPEG or PNG of at most {PHOTO_BYTES // MB} MB.
- A field that is not marked as repeated is sent once. Two different values are a mistake.
- Forms carry hidden fields. `_once` is a key by which an act that could happen twice happens once, however often
  the form is sent. `_whose` says for whom the form was made, so that what they typed is kept if they are signed out
  meanwhile.
- htmx gets a part of a page when it asks with `HX-Request-Type: partial`. Signed out, it gets `HX-Redirect`.
"""
PATHS = f"""\
## Addresses

- `{{bill}}`, `{{case}}` and the like are UUIDs. `{{code}}` is the code of an estate, `{{token}}` comes with a
  one-time link, `{{name}}` and `{{file}}` are names of files. `{{which}}` is the UUID of a statement; with `.csv`,
  `.xlsx` or `.pdf` behind it, the statement is a file.
- A field with `?` is in the address. A form field in brackets may be left out, or is needed only in some cases.
- Every page of the desk takes `?estate=CODE` and then shows that estate alone. `?page=2` is the second page of a
  list.
- Who: somebody with one of these roles in the estate. `admin` counts as every role. “One estate” means that whoever
  works for more than {MOST_ESTATES} estates chooses one first; “proof”, that they have proved within ten minutes
  who they are.
- The name is how templates and tests call the address.
"""
PLACES = """\
### Where they are

By the first part of the name. The templates of a file are in the folder of its slice below `templates/`. This table is
for whoever changes something; files may move.
"""
FIXED = """\
## Fields that hold one of a few words

Other fields of choice offer what the page shows: estates, departments, lines.
"""
ATTRIBUTES = """\
## Attributes on pages

An object is one element of a page. It is found by the attribute that holds its id, or by an `id` of the page. Sums
are whole fen, days are `2026-11-30`. An attribute in brackets is not on every page or not in every state; one that
has nothing to say is empty.
"""
SANDBOX = """\
## The sandbox

`portal sandbox` stands in for Stripe, SMS, mail, web push and WeChat, and never starts in production. What is below
`/sandbox/` takes a JSON object or a form, and answers JSON.
"""
OTHER = "### What the attributes say\n"


def page() -> str:
    """The whole text, the same for the same program."""
    found = lines()
    parts = [
        HEAD, COMMANDS, *commands(), JOBS, *jobs(), ANSWERS, PATHS, *addresses(found), PLACES, *places(found),
        FIXED, *fixed(found),
        ATTRIBUTES, *things(), OTHER, *facts(), files(), SANDBOX, *sandbox(),
    ]  # fmt: skip
    return "\n".join(parts)


def files() -> str:
    """The files that anybody may fetch."""
    names = [name for name in Assets().files if name == SHEET or not name.startswith("css/")]
    return f"""\
## Files for the browser

Below `/static/`: {", ".join(f"`{name}`" for name in sorted(names))}. `{SHEET}` is made of all style sheets. `/sw.js` is
the service worker, `/favicon.ico` the icon.
"""
