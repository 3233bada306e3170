"""Take money at the counter or at the door: cash, POS, transfer. Each slip is recorded once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from portal.fees.receivables.states import PaymentChannel
from portal.kit import clock
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.kit.text import plain
from portal.money.payments.actions import Incoming, Posted, post_payment
from portal.money.payments.choosing import bills_of_lines, chosen, lock_bills
from portal.money.payments.counter import Found, homes_meant
from portal.money.payments.rules import designate
from portal.money.payments.states import CounterChannel
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_one, retrying, unit_of_work

NO_SUCH_HOME = N_("There is no home with this name here.")
SEVERAL_HOMES = N_("Several homes have this name. Please choose one.")
SLIP_USED = N_("This slip number was already used on %(day)s for %(unit)s, receipt %(number)s.")


@retrying
async def record_counter_payment(
    by: Principal, *, unit: str, bills: Sequence[UUID], amount: Money, channel: CounterChannel, reference: str
) -> Posted:
    """Post money that staff took for bills of one home.

    `unit` is its id, or its common name if only one home of their estates has it.
    More than the chosen bills ask for is Invalid("amount"), because at the counter nobody hands over more than is owed,
    so it is a typing error. Raises Refused if the slip number was used (it names the earlier receipt) or a bill is paid
    already, Missing for bills of another home, Forbidden without the role.
    """
    async with unit_of_work(*by.where(May.take_money)):
        home = await _home(by, unit)
        await _refuse_used_slip(home.community, channel, reference)
        await fetch("SELECT FROM unit WHERE id = $1 FOR NO KEY UPDATE", home.id)
        await lock_bills(await _bills_of_home(home.id, bills))
        choice = await chosen(bills, ())
        return await post_payment(
            Incoming(
                id=uuid4(),
                community=choice.community,
                debtor=choice.debtor,
                channel=PaymentChannel(channel.value),
                method=channel.value,
                amount=amount,
                received_on=clock.today(home.timezone),
                designation=designate(choice.lines, amount),
                taken_by=by.actor,
                reference=reference,
            ),
            actor=by.actor,
        )


async def _home(by: Principal, unit: str) -> Found:
    """The home by its common name or id, if this person may take money there. Raises Forbidden, Invalid("unit")."""
    communities = list(by.where(May.take_money))
    if not communities:
        raise Forbidden
    meant = await homes_meant(communities, unit)
    if len(meant) != 1:
        raise Invalid("unit", SEVERAL_HOMES if meant else NO_SUCH_HOME)
    return meant[0]


async def _bills_of_home(unit: UUID, bills: Sequence[UUID]) -> list[UUID]:
    """The ids without repetitions. Raises Missing unless all of them are this home's."""
    ids = await bills_of_lines(bills, ())
    rows = await fetch("SELECT id FROM bill WHERE id = ANY($1::uuid[]) AND unit = $2", ids, unit)
    if len(rows) != len(ids):
        raise Missing
    return ids


async def _refuse_used_slip(community: int, channel: CounterChannel, reference: str) -> None:
    """Refuse a slip that was used, however its number is typed, and lock the number until the end.

    Raises Refused, which names the receipt of this slip.
    """
    await advisory_lock(f"slip:{community}:{channel}:{plain(reference)}")
    row = await fetch_one(
        "SELECT p.number, p.received_on, u.name FROM payment p JOIN debtor d ON d.id = p.debtor"
        " JOIN unit u ON u.id = d.unit WHERE p.community = $1 AND p.channel = $2"
        " AND plain_text(p.reference) = plain_text($3) ORDER BY p.number LIMIT 1",
        community,
        channel.value,
        reference,
    )
    if row:
        used = Refused(SLIP_USED, day=row["received_on"], unit=row["name"], number=row["number"])
        used.field = "reference"
        raise used
