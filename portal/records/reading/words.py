"""What the files of an import and their columns mean, as sentences for those who fill them in."""

from portal.kit.i18n import N_

FROM = N_("The first day on which this holds. Empty: it always did.")
TO = N_("The last day on which this holds, itself included. Empty: until further notice.")
UNIT = N_("The home, written exactly as in units.csv.")
PERSON = N_("The person's id of people.csv.")
ITEM = N_("The charge item's code of charge_items.csv.")
ENGLISH = N_("The same in English, for those who read the portal in English.")
SOURCE = N_("The clause or resolution it rests on; owners read it beside the figure.")
SERVICE_MONTH = N_("The service month, like 2026-12.")
HIGH = N_("Why it is right though it is far above what is usual.")

FILES = {
    "community": N_("The estate itself: one row. The first file, and enough to begin with."),
    "units": N_("Every home, shop, bay or store room that is billed: one row each."),
    "people": N_("Everybody who owns or rents something. Who has a phone can sign in with it."),
    "occupancies": N_(
        "Who owns or rents which home, from when to when. The owner of a month's first day owes its bill."
    ),
    "staff": N_(
        "Who works at the desk. Their set-up links are made on the server afterwards: portal staff link LOGIN."
    ),
    "committee": N_("The owners' committee; its members see more figures than other owners."),
    "charge_items": N_("What is charged for: the service fee, parking, water."),
    "tariffs": N_("What a charge item costs, by use of the home and by day."),
    "unit_charges": N_(
        "Which home has how many bays, cards and the like, for tariffs by quantity; without a row it pays none."
    ),
    "meter_readings": N_("What the meters of homes showed, month by month."),
    "shared_costs": N_("What a month's shared lighting and the like cost; the homes share it by the tariff's formula."),
    "opening_balances": N_("What was owed before the portal began: one row for each home, item and month."),
    "service_standards": N_("What the company promises to do, and how often; owners see what was done of it."),
    "accounts": N_("Income and expenses of a period, as a draft of a public statement."),
}
COLUMNS = {
    ("community", "code"):
        N_("The estate's code, as it stands in addresses: letters, digits, - and _. It never changes."),
    ("community", "name"): N_("The estate's name, as owners know it."),
    ("community", "fee_mode"): N_("Whether the company keeps what is left (包干制), or is paid a fee (酬金制)."),
    ("community", "jurisdiction"): N_("Whose rules apply: CN, or with the place, like CN-beijing."),
    ("community", "timezone"): N_("The time zone in which days begin, like Asia/Shanghai."),
    ("community", "currency"): N_("The currency; only CNY is kept."),
    ("community", "due_rule"):
        N_("When bills are due: day:15 of the month, day:15+1 of the next, or days:30 after issue."),
    ("community", "hotline"): N_("The telephone number that owners are given."),
    ("community", "contract_ref"): N_("The service contract, as bills and letters name it."),
    ("community", "company"):
        N_("The property company that fees are owed to, as on its licence: every bill, letter and message names it."),
    ("community", "credit_code"): N_("The company's unified social credit code, 18 letters and digits."),
    ("community", "address"): N_("The company's registered address; letters and claims name it."),
    ("community", "phone"): N_("The company's own telephone; where there is no hotline owners are given this one."),
    ("community", "bank"): N_("The bank of the company's account that fees are paid to."),
    ("community", "account_name"): N_("The name of that account."),
    ("community", "account_no"):
        N_("The number of that account, in a cell of text: spreadsheets cut off long numbers."),
    ("community", "expense_limit"):
        N_("The sum in yuan above which the contract asks the owners' committee. Empty: none."),
    ("units", "unit"): N_("The home's common name, each once in the estate."),
    ("units", "building"): N_("The building; shared costs may be of one building."),
    ("units", "stairwell"): N_("The stairwell or entrance."),
    ("units", "floor"): N_("The floor."),
    ("units", "use"): N_("What it is used for; tariffs differ by it."),
    ("units", "billable_area"):
        N_("The area that is billed, in m², with at most 4 decimals. Needed for tariffs by area."),
    ("units", "occupancy"): N_("Who lives there now. Vacant matters where a tariff has a rate for it."),
    ("units", "handed_over_on"): N_("The day it was handed over; before it nothing is charged. Empty: it always was."),
    ("people", "person"): N_("Your own id of the person: anything that stays the same, each once in the estate."),
    ("people", "name"): N_("Their name."),
    ("people", "phone"): N_("Their mobile number; they sign in with it. 11 digits, or + and the country code."),
    ("people", "email"): N_("Their e-mail address, for messages."),
    ("people", "language"): N_("The language of messages to them."),
    ("occupancies", "unit"): UNIT,
    ("occupancies", "person"): PERSON,
    ("occupancies", "role"):
        N_("Owner (one row), co-owners (the others), tenant. Family is bound by owners themselves."),
    ("occupancies", "share"): N_("The owner's share, like 0.5; together exactly 1 on every day. Empty: not known."),
    ("staff", "login"): N_("What they sign in with; capitals and small letters are the same."),
    ("staff", "name"): N_("Their name, as owners and colleagues see it."),
    ("staff", "roles"): N_("One role or several with ; between. Roles are added by an import, never taken away."),
    ("staff", "department"): N_("The department that tasks are routed to."),
    ("committee", "person"): PERSON,
    ("committee", "post"): N_("The post, like 主任 or 委员."),
    ("committee", "votes"):
        N_("yes or no: whether the post has a vote, as an alternate's has not. The committee is asked for an expense"
           " only when it is known of everybody."),
    ("charge_items", "item"): N_("Your own code of the item, at most 64 characters."),
    ("charge_items", "name_zh"): N_("Its name on bills."),
    ("charge_items", "name_en"): ENGLISH,
    ("charge_items", "kind"): N_("What kind of charge it is; the ledger and the rules of dunning go by it."),
    ("charge_items", "tax_rate"): N_("The tax that the rate includes, like 0.06. Empty: not shown."),
    ("charge_items", "voucher"):
        N_("What is given for it: a tax invoice, a receipt, a slip of the fund or of the utility."),
    ("tariffs", "item"): ITEM,
    ("tariffs", "use"): N_("For which use of homes; * is every use that has no row of its own."),
    ("tariffs", "formula"):
        N_("How it is reckoned: by area, a fixed sum, by quantity, by meter, or a share by area or home."),
    ("tariffs", "rate"): N_("Yuan for a month and a m², piece or m³, with at most 6 decimals. Empty for shares alone."),
    ("tariffs", "per"): N_(
        "The unit's name on the bill, like m² or 车位; the rate is for a month of it, so it names no other time."
    ),
    ("tariffs", "cycle_months"): N_("How many months are billed at once, from 1 to 120."),
    ("tariffs", "timing"): N_("Billed before the months or after them."),
    ("tariffs", "proration"): N_("How a month is counted that is not whole."),
    ("tariffs", "vacancy_rate"): N_("The part that a vacant home pays, like 0.7. Empty: all of it."),
    ("tariffs", "rounding"): N_("To what a line is rounded."),
    ("tariffs", "source"): SOURCE,
    ("unit_charges", "unit"): UNIT,
    ("unit_charges", "item"): ITEM,
    ("unit_charges", "quantity"): N_(
        "How many. Needed where the tariff goes by quantity. A row that begins and ends within a month is charged once"
        " by itself, unless one of several days is followed the next day by a row that goes on: several of a month add"
        " up, and a later one makes a further bill."
    ),
    ("unit_charges", "reason"): HIGH,
    ("meter_readings", "unit"): UNIT,
    ("meter_readings", "item"): ITEM,
    ("meter_readings", "meter"): N_("The meter's number."),
    ("meter_readings", "period"): SERVICE_MONTH,
    ("meter_readings", "previous"): N_("What it showed at the beginning of the month."),
    ("meter_readings", "current"): N_("What it showed at its end; not less than before."),
    ("meter_readings", "reason"): N_(
        "Why it is right that it leaves something out after the reading before, or that it is far above what is usual."
    ),
    ("shared_costs", "item"): ITEM,
    ("shared_costs", "period"): SERVICE_MONTH,
    ("shared_costs", "amount"): N_("What it cost, in yuan."),
    ("shared_costs", "scope"): N_("Who shares it: community, or building: with its name as in units.csv."),
    ("shared_costs", "reason"): HIGH,
    ("opening_balances", "unit"): UNIT,
    ("opening_balances", "item"): ITEM,
    ("opening_balances", "period"): SERVICE_MONTH,
    ("opening_balances", "due_on"): N_("When it was due; of one home and month one day."),
    ("opening_balances", "amount"): N_("What is still owed of it, in yuan."),
    ("service_standards", "area"): N_("security, cleaning, greening, maintenance, other, or the words of the estate."),
    ("service_standards", "item_zh"): N_("What is done."),
    ("service_standards", "item_en"): ENGLISH,
    ("service_standards", "frequency"): N_("How many times. Empty, with per: as needed."),
    ("service_standards", "per"): N_("In which time."),
    ("service_standards", "grade"): N_("The grade that was agreed, like 二级."),
    ("service_standards", "source"): SOURCE,
    ("accounts", "statement"): N_("Your own code of the statement; rows with the same one belong together."),
    ("accounts", "title"): N_("Its title. Title, from and to are needed on a statement's first row."),
    ("accounts", "from"): N_("The first day of the period that the statement is about."),
    ("accounts", "to"): N_("Its last day."),
    ("accounts", "kind"): N_("Whether it says what happened or what is planned. Days to come have a budget only."),
    ("accounts", "fund"): N_("Whose money it is."),
    ("accounts", "side"): N_("Income or expense; expenses are written without a sign."),
    ("accounts", "category"): N_("The heading under which the line stands."),
    ("accounts", "item_zh"): N_("What it is for. Sums like 小计 and balances like 上年结转 are not counted."),
    ("accounts", "item_en"): ENGLISH,
    ("accounts", "amount"): N_("The sum in yuan."),
    ("accounts", "budget"): N_("What was planned, in yuan."),
    ("accounts", "prior"): N_("What it was in the period before, in yuan."),
    ("accounts", "note"): N_("What owners should know of it; a sum like 12×1500 in it is worked out and compared."),
    ("accounts", "line"): N_("What the line is, where its name does not tell: a total, a deposit…"),
}  # fmt: skip
EVERYWHERE = {"from": FROM, "to": TO}


def meaning(stem: str, column: str) -> str:
    """The sentence for a column. Raises KeyError for one that nobody has explained."""
    return COLUMNS.get((stem, column)) or EVERYWHERE[column]
