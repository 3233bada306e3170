"""The accounts of the ledger, separated by whose money it is."""

from enum import StrEnum


class Fund(StrEnum):
    """Whose money a charge is: the provider's, the supplier's, the fund's, the owner's or all owners'."""

    service = "service"
    pass_through = "pass_through"
    maintenance = "maintenance"
    deposit = "deposit"
    common_area = "common_area"


class Account(StrEnum):
    """Every account; receivables and their counterparts once per fund, clearing once per channel."""

    receivable_service = "receivable:service"
    receivable_pass_through = "receivable:pass_through"
    receivable_maintenance = "receivable:maintenance"
    receivable_deposit = "receivable:deposit"
    receivable_common_area = "receivable:common_area"
    charged_service = "charged:service"
    charged_pass_through = "charged:pass_through"
    charged_maintenance = "charged:maintenance"
    charged_deposit = "charged:deposit"
    charged_common_area = "charged:common_area"
    clearing_stripe = "clearing:stripe"
    clearing_cash = "clearing:cash"
    clearing_pos = "clearing:pos"
    clearing_transfer = "clearing:transfer"
    clearing_doorstep = "clearing:doorstep"
    owner_credit = "owner_credit"
    suspense = "suspense"


class JournalKind(StrEnum):
    """What a journal records; each source makes at most one of a kind."""

    bill = "bill"
    opening = "opening"
    adjustment = "adjustment"
    payment = "payment"
    credit_use = "credit_use"
    reversal = "reversal"
