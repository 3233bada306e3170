"""Forms for statements: questions, answers, explanations, vouchers."""

from collections.abc import Sequence
from typing import Any

from wtforms.validators import ValidationError

from portal.accounts.publishing.drafts import Wish
from portal.accounts.statements.rules import FundTable
from portal.accounts.statements.states import Basis, FoundBy, RemunerationBase, StatementFund
from portal.kit.i18n import N_
from portal.kit.language import language
from portal.kit.words import _, label
from portal.web.forms.forms import Choice, Day, Estate, Form, Many, Photos, Text
from portal.web.forms.percentage import Percentage


def offered_lines(funds: Sequence[FundTable]) -> list[tuple[str, str]]:
    """Every line of a statement with its fund, by its number."""
    return [
        (str(line.position), f"{label(fund.fund)} · {line.item.words(language())}")
        for fund in funds for side in fund.sides for line in side.lines
    ]  # fmt: skip


class QuestionForm(Form):
    """A question on one line."""

    line = Choice(N_("Line in question"), look="select", missing=N_("Choose the line you are asking about."))
    text = Text(
        N_("Your question"),
        lines=3,
        most=500,
        hint=N_("Anyone can read it. Your name is not shown."),
        missing=N_("Enter your question."),
    )

    def __init__(self, formdata: Any = None, *, funds: Sequence[FundTable] = (), **values: Any) -> None:
        super().__init__(formdata, **values)
        self.line.options = offered_lines(funds)


class AnswerForm(Form):
    """A public answer."""

    text = Text(
        N_("Answer"),
        lines=3,
        most=1000,
        hint=N_("Anyone can read it. Do not name people or homes."),
        missing=N_("Enter the answer."),
    )


class DocumentForm(Form):
    """Pictures of vouchers behind a line."""

    line = Choice(N_("Line"), look="select", coerce=int, missing=N_("Choose the line."))
    photos = Photos(N_("Vouchers or bills"), most=5, required=True)

    def __init__(self, formdata: Any = None, *, funds: Sequence[FundTable] = (), **values: Any) -> None:
        super().__init__(formdata, **values)
        self.line.options = offered_lines(funds)


class ExplanationForm(Form):
    """The explanation of a finding."""

    finding = Choice(N_("Finding"), look="select", missing=N_("Choose the finding you are explaining."))
    text = Text(
        N_("Explanation"),
        lines=3,
        most=500,
        hint=N_("Published with the statement. Do not name people or homes."),
        missing=N_("Enter the explanation."),
    )

    def __init__(self, formdata: Any = None, *, offered: Sequence[tuple[str, str]] = (), **values: Any) -> None:
        super().__init__(formdata, **values)
        self.finding.options = offered


class CorrectionForm(Form):
    """Who found what a version corrects, and until when owners may object."""

    found_by = Choice(N_("Found by"), FoundBy, look="select", missing=N_("Choose who found it."))
    until = Day(N_("Objections accepted until"), hint=N_("Published with the statement"))


class StatementTermsForm(Form):
    """What the figures of a statement are based on."""

    basis = Choice(N_("Basis of the figures"), Basis)
    base = Choice(
        N_("Remuneration base"),
        RemunerationBase,
        look="select",
        required=False,
        hint=N_("Only for estates on a commission basis"),
    )
    rate = Percentage(N_("Remuneration rate (%)"), most="50", required=False)
    outside = Many(N_("Lines excluded from remuneration"), coerce=int, required=False)

    def __init__(self, formdata: Any = None, *, funds: Sequence[FundTable] = (), **values: Any) -> None:
        super().__init__(formdata, **values)
        self.outside.options = [
            (str(line.position), f"{label(side.side)} · {line.item.words(language())}")
            for fund in funds if fund.fund is StatementFund.service_fee for side in fund.sides for line in side.lines
        ]  # fmt: skip

    def validate_outside(self, field: Many) -> None:
        """Only lines of this statement."""
        if {str(position) for position in field.data or ()} - {value for value, _text in field.options}:
            raise ValidationError(_(N_("Please choose one of the options.")))

    @property
    def said(self) -> dict[str, Any]:
        """The values entered, for the action."""
        return {
            "basis": self.basis.data, "base": self.base.data or None, "rate": self.rate.data,
            "outside": self.outside.data or (),
        }  # fmt: skip


class DraftForm(Form):
    """The statement to draft from the books."""

    community = Estate()
    title = Text(N_("Title"), most=80, missing=N_("Enter the title."))
    code = Text(N_("Number"), most=40, hint=N_("For example fees-2026-10. An existing number updates that draft."),
                missing=N_("Enter the number."))  # fmt: skip
    first = Day(N_("First day"))
    last = Day(N_("Last day"))
    basis = Choice(N_("Basis of the figures"), Basis)

    def __init__(self, formdata: Any = None, *, estates: Sequence[tuple[str, str]] = (), **values: Any) -> None:
        super().__init__(formdata, **values)
        self.community.offer(estates)

    @property
    def said(self) -> dict[str, Any]:
        """The values entered, for the action."""
        wish = Wish(self.code.data, self.title.data, self.first.data, self.last.data, self.basis.data)
        return {"community": self.community.data, "wish": wish}
