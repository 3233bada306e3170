"""What the import files and their columns mean, as sentences for people who fill them in."""

from portal.kit.i18n import N_

FROM = N_("The first day this applies. Empty: it always has.")
TO = N_("The last day this applies, inclusive. Empty: until further notice.")
UNIT = N_("The home, written exactly as in units.csv.")
PERSON = N_("The person's id, as in people.csv.")
ITEM = N_("The charge item's code, as in charge_items.csv.")
ENGLISH = N_("The same in English, for people who use the portal in English.")
SOURCE = N_("The clause or resolution it is based on, shown to owners beside the figure.")
SERVICE_MONTH = N_("The service month, like 2026-12.")
HIGH = N_("Why it is right even though it is far above the usual.")

FILES = {
    "community": N_("The estate itself: one row. The first file, and enough to begin with."),
    "units": N_("Every home, shop, parking bay or storage room that is billed, one row each."),
    "people": N_("Everyone who owns or rents something. People with a mobile number can sign in with it."),
    "occupancies": N_(
        "Who owns or rents which home, and for what period. The owner on the first day of a month owes its bill."
    ),
    "staff": N_("Members of staff. Their set-up links are created on the server afterwards: portal staff link LOGIN."),
    "committee": N_("The owners' committee. Its members see more reports than other owners."),
    "charge_items": N_("What is charged for: the service fee, parking, water."),
    "tariffs": N_("What a charge item costs, by use of the home and by day."),
    "unit_charges": N_(
        "The number of bays, cards and so on for each home, for tariffs by quantity. A home without a row pays none."
    ),
    "meter_readings": N_("Monthly meter readings of the homes."),
    "shared_costs": N_(
        "The monthly cost of shared lighting and the like, shared between the homes by the tariff's formula."
    ),
    "opening_balances": N_("What was owed before the portal was introduced: one row for each home, item and month."),
    "service_standards": N_("What the company promises to do, and how often. Owners can see what was actually done."),
    "accounts": N_("Income and expenses of a period, as a draft of a public statement."),
}
COLUMNS = {
    ("community", "code"):
        N_("The estate's code, as used in web addresses: letters, digits, - and _. It never changes."),
    ("community", "name"): N_("The estate's name, as known to owners."),
    ("community", "fee_mode"): N_("Whether the company keeps any surplus (包干制) or is paid a fee (酬金制)."),
    ("community", "jurisdiction"): N_("The jurisdiction: CN, or with the place, such as CN-beijing."),
    ("community", "timezone"): N_("The time zone, such as Asia/Shanghai."),
    ("community", "currency"): N_("The currency. Only CNY is possible."),
    ("community", "due_rule"):
        N_("When bills are due: day:15 of the month, day:15+1 of the next, or days:30 after issue."),
    ("community", "hotline"): N_("The telephone number given to owners."),
    ("community", "contract_ref"): N_("The service contract, as named on bills and letters."),
    ("community", "company"):
        N_("The property company that fees are owed to, as on its business licence. Every bill, letter and message "
           "names it."),
    ("community", "credit_code"): N_("The company's unified social credit code, 18 letters and digits."),
    ("community", "address"): N_("The company's registered address, for letters and claims."),
    ("community", "phone"): N_("The company's own telephone number, given to owners if there is no hotline."),
    ("community", "bank"): N_("The bank that holds the company's account for fees."),
    ("community", "account_name"): N_("The name of that account."),
    ("community", "account_no"):
        N_("The account number, in a text cell: spreadsheets cut off long numbers."),
    ("community", "expense_limit"):
        N_("The amount in yuan above which the contract requires the owners' committee's approval. Empty: none."),
    ("units", "unit"): N_("The home's usual name, unique within the estate."),
    ("units", "building"): N_("The building. Shared costs can be limited to a building."),
    ("units", "stairwell"): N_("The stairwell or entrance."),
    ("units", "floor"): N_("The floor."),
    ("units", "use"): N_("What it is used for. Tariffs depend on it."),
    ("units", "billable_area"):
        N_("The billable area in m², with at most 4 decimals. Required for tariffs by area."),
    ("units", "occupancy"): N_("Current occupancy. “Vacant” matters where a tariff has a vacancy rate."),
    ("units", "handed_over_on"):
        N_("The handover date. Nothing is charged before it. Empty: it has always been in use."),
    ("people", "person"):
        N_("Your own id for the person: anything that never changes and is unique within the estate."),
    ("people", "name"): N_("Their name."),
    ("people", "phone"): N_("Their mobile number, used to sign in. 11 digits, or + and the country code."),
    ("people", "email"): N_("Their e-mail address, for messages."),
    ("people", "language"): N_("The language for their messages."),
    ("occupancies", "unit"): UNIT,
    ("occupancies", "person"): PERSON,
    ("occupancies", "role"):
        N_("Owner (one row), co-owner (the others) or tenant. Owners themselves give access to family."),
    ("occupancies", "share"):
        N_("The owner's share, such as 0.5. The shares must add up to exactly 1 on every day. Empty: not known."),
    ("staff", "login"): N_("Their login name. Upper and lower case are the same."),
    ("staff", "name"): N_("Their name, as shown to owners and colleagues."),
    ("staff", "roles"): N_("One or more roles, separated by ;. An import adds roles but never removes them."),
    ("staff", "department"): N_("Their department, for passing on tasks."),
    ("committee", "person"): PERSON,
    ("committee", "post"): N_("The post, such as 主任 or 委员."),
    ("committee", "votes"):
        N_("yes or no: whether the post has a vote (an alternate has none). The committee is asked about an expense "
           "only if this is known for everyone."),
    ("charge_items", "item"): N_("Your own code for the item, at most 64 characters."),
    ("charge_items", "name_zh"): N_("Its name on bills."),
    ("charge_items", "name_en"): ENGLISH,
    ("charge_items", "kind"): N_("The kind of charge. The ledger and the collection rules depend on it."),
    ("charge_items", "tax_rate"): N_("The tax included in the rate, such as 0.06. Empty: not shown."),
    ("charge_items", "voucher"):
        N_("The document issued for it: a tax invoice, a receipt, or a slip from the fund or utility."),
    ("tariffs", "item"): ITEM,
    ("tariffs", "use"): N_("The use of homes it applies to; * means every use without a row of its own."),
    ("tariffs", "formula"):
        N_("How it is calculated: by area, as a fixed amount, by quantity, by meter, or as a share by area or by "
           "home."),
    ("tariffs", "rate"): N_("Yuan per month and per m², piece or m³, with at most 6 decimals. Empty for shares only."),
    ("tariffs", "per"): N_(
        "The name of the unit on the bill, such as m² or 车位. Rates are per month, so do not name "
"any other period."
    ),
    ("tariffs", "cycle_months"): N_("How many months are billed at once, from 1 to 120."),
    ("tariffs", "timing"): N_("Whether it is billed before or after the months."),
    ("tariffs", "proration"): N_("How a partial month is counted."),
    ("tariffs", "vacancy_rate"): N_("The fraction a vacant home pays, such as 0.7. Empty: all of it."),
    ("tariffs", "rounding"): N_("What each line is rounded to."),
    ("tariffs", "source"): SOURCE,
    ("unit_charges", "unit"): UNIT,
    ("unit_charges", "item"): ITEM,
    ("unit_charges", "quantity"): N_(
        "The quantity. Required for tariffs by quantity. A row that starts and ends within a month is "
"charged once, in addition, unless a row covering several days is followed the next day by one "
"that continues. Several rows within a month add up, and a later one makes a supplementary bill."
    ),
    ("unit_charges", "reason"): HIGH,
    ("meter_readings", "unit"): UNIT,
    ("meter_readings", "item"): ITEM,
    ("meter_readings", "meter"): N_("The meter's number."),
    ("meter_readings", "period"): SERVICE_MONTH,
    ("meter_readings", "previous"): N_("The reading at the start of the month."),
    ("meter_readings", "current"): N_("The reading at the end of the month, not lower than the one before."),
    ("meter_readings", "reason"): N_(
        "Why it is right, although there is a gap after the previous reading or the consumption is far "
"above the usual."
    ),
    ("shared_costs", "item"): ITEM,
    ("shared_costs", "period"): SERVICE_MONTH,
    ("shared_costs", "amount"): N_("The cost in yuan."),
    ("shared_costs", "scope"): N_("Who shares it: community, or building: with the name as in units.csv."),
    ("shared_costs", "reason"): HIGH,
    ("opening_balances", "unit"): UNIT,
    ("opening_balances", "item"): ITEM,
    ("opening_balances", "period"): SERVICE_MONTH,
    ("opening_balances", "due_on"): N_("The due date, the same for one home and month."),
    ("opening_balances", "amount"): N_("The amount still owed, in yuan."),
    ("service_standards", "area"): N_("security, cleaning, greening, maintenance, other, or the estate's own term."),
    ("service_standards", "item_zh"): N_("The work to be done."),
    ("service_standards", "item_en"): ENGLISH,
    ("service_standards", "frequency"): N_("How many times. If this and per are empty: as needed."),
    ("service_standards", "per"): N_("Per what period."),
    ("service_standards", "grade"): N_("The agreed service grade, such as 二级."),
    ("service_standards", "source"): SOURCE,
    ("accounts", "statement"): N_("Your own code for the statement. Rows with the same code belong together."),
    ("accounts", "title"): N_("Its title. Title, from and to are required on a statement's first row."),
    ("accounts", "from"): N_("The first day of the statement's period."),
    ("accounts", "to"): N_("Its last day."),
    ("accounts", "kind"): N_("Actual figures or a budget. Future periods can only have a budget."),
    ("accounts", "fund"): N_("The fund."),
    ("accounts", "side"): N_("Income or expense. Expenses have no minus sign."),
    ("accounts", "category"): N_("The heading of the line."),
    ("accounts", "item_zh"):
        N_("What it is for. Subtotals such as 小计 and balances such as 上年结转 are not counted."),
    ("accounts", "item_en"): ENGLISH,
    ("accounts", "amount"): N_("The amount in yuan."),
    ("accounts", "budget"): N_("The budgeted amount, in yuan."),
    ("accounts", "prior"): N_("The amount in the previous period, in yuan."),
    ("accounts", "note"):
        N_("What owners should know about it. A calculation such as 12×1500 is worked out and compared."),
    ("accounts", "line"): N_("The type of line, if its name does not say: a total, a deposit…"),
}  # fmt: skip
EVERYWHERE = {"from": FROM, "to": TO}


def meaning(stem: str, column: str) -> str:
    """The sentence for a column. Raises KeyError for one that nobody has explained."""
    return COLUMNS.get((stem, column)) or EVERYWHERE[column]
