"""What owners ask about published accounts, and what the service centre answers."""

from collections.abc import Sequence
from typing import Any

from portal.kit.i18n import N_
from portal.statements.rules import FundTable
from portal.web.forms import Choice, Form, Text
from portal.web.i18n import label, language


class QuestionForm(Form):
    """A question on one line."""

    line = Choice(N_("About"), look="select", missing=N_("Choose the line you ask about."))
    text = Text(
        N_("Your question"),
        lines=3,
        most=500,
        hint=N_("Anybody can read it; nobody is told that it is yours"),
        missing=N_("Write what you ask."),
    )

    def __init__(self, formdata: Any = None, *, funds: Sequence[FundTable] = (), **values: Any) -> None:
        super().__init__(formdata, **values)
        self.line.options = [
            (str(line.position), f"{label(fund.fund)} · {line.item.words(language())}")
            for fund in funds for side in fund.sides for line in side.lines
        ]  # fmt: skip


class AnswerForm(Form):
    """An answer for everybody."""

    text = Text(
        N_("Answer"),
        lines=3,
        most=1000,
        hint=N_("Anybody can read it; name no person and no home"),
        missing=N_("Write the answer."),
    )
