"""The homes and shops of the demo estate, and who owns and rents them as of a date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from demo.people import PERSONAS, name, person_id, persona, phone
from portal.kit.period import Month

Row = dict[str, object]

BUILDINGS, FLOORS, PER_FLOOR, SHOPS = range(1, 11), range(1, 9), range(1, 5), range(1, 41)

# Plans by stairwell place. With 3.20 for homes and 15.00 for shops the month's service fees come to 327,509.10,
# the billing of the estate whose accounts the demo publishes; the last shop's area makes it exact.
_PLANS = {
    "tower": ("168.52", "121.36", "121.36", "168.52"),
    "slab": ("142.17", "118.43", "118.43", "142.17"),
    "court": ("196.78", "152.06", "152.06", "196.78"),
}
_PLAN_OF = {**dict.fromkeys(range(1, 5), "tower"), **dict.fromkeys(range(5, 9), "slab"), 9: "court", 10: "court"}
_SHOP_AREAS = ("186.40", "212.75", "254.10", "298.36", "341.20", "371.25", "398.60")
_LAST_SHOP = "301.05"


@dataclass(frozen=True)
class Place:
    """One home or shop. `order` counts all of them from 0; `area` in m²."""

    unit: str
    order: int
    building: str
    stairwell: str
    floor: int
    use: str
    area: Decimal

    @property
    def owner(self) -> int:
        """The number of its owner as a person; a persona's where one lives here, shops two to an owner."""
        told = [one.number for one in PERSONAS if self.unit in one.units and one.role == "owner"]
        if told:
            return told[-1]
        return 1001 + self.order if self.use == "residential" else 3001 + (self.order - len(HOMES)) // 2


def _homes() -> Iterator[Place]:
    places = [(b, f, n) for b in BUILDINGS for f in FLOORS for n in PER_FLOOR]
    for order, (building, floor, number) in enumerate(places):
        area = Decimal(_PLANS[_PLAN_OF[building]][number - 1])
        stairwell = "1" if number < 3 else "2"
        unit = f"{building}栋{floor}{number:02d}"
        yield Place(
            unit=unit,
            order=order,
            building=str(building),
            stairwell=stairwell,
            floor=floor,
            use="residential",
            area=area,
        )


def _shops() -> Iterator[Place]:
    for number in SHOPS:
        area = _LAST_SHOP if number == SHOPS[-1] else _SHOP_AREAS[number * 3 % len(_SHOP_AREAS)]
        yield Place(
            unit=f"商铺{number:02d}",
            order=len(HOMES) + number - 1,
            building="商铺",
            stairwell="",
            floor=1,
            use="commercial",
            area=Decimal(area),
        )


HOMES = tuple(_homes())
PLACES = (*HOMES, *_shops())
AREA = {place.unit: place.area for place in PLACES}
_TOLD = {unit for one in PERSONAS for unit in one.units}


def occupancy(place: Place) -> str:
    """How a place is lived in: the personas' as their stories say, every sixth let, every thirteenth empty."""
    if place.unit in persona("vacant").units:
        return "vacant"
    if place.unit in persona("landlord").units:
        return "let"
    if place.unit in _TOLD:
        return "owner"
    return "vacant" if place.order % 13 == 5 else "let" if place.order % 6 == 2 else "owner"


def handed_over(place: Place, on: date) -> date:
    """When the developer gave the keys: seven years ago, except to the newcomer."""
    if place.unit in persona("newcomer").units:
        return (Month.of(on) + -1).day(12)
    return Month(on.year - 7, 10 if place.use == "commercial" else int(place.building)).day(20)


def units(on: date) -> list[Row]:
    """Rows of units.csv."""
    return [
        {
            "unit": place.unit, "building": place.building, "stairwell": place.stairwell, "floor": place.floor,
            "use": place.use, "billable_area": place.area, "occupancy": occupancy(place),
            "handed_over_on": handed_over(place, on),
        }
        for place in PLACES
    ]  # fmt: skip


def occupancies(on: date) -> list[Row]:
    """Rows of occupancies.csv: owners with their shares, tenants, and one sale in the middle of last month."""
    rows: list[Row] = []
    for place in PLACES:
        since = handed_over(place, on)
        if place.unit in persona("newcomer").units:
            # Until the keys are given the developer owes what falls on the unit, such as shared costs.
            built = Month(on.year - 7, 1).first
            rows += [
                _holds(
                    place,
                    persona("developer").number,
                    role="owner",
                    share="1",
                    since=built,
                    to=since - timedelta(days=1),
                )
            ]
            rows += [_holds(place, persona("newcomer").number, "owner", "1", since)]
        elif place.unit in persona("seller").units:
            sold = Month.of(on) + -1
            rows += [_holds(place, persona("seller").number, role="owner", share="1", since=since, to=sold.day(14))]
            rows += [_holds(place, persona("buyer").number, "owner", "1", sold.day(15))]
        elif place.unit in persona("couple_a").units:
            rows += [_holds(place, persona("couple_a").number, "owner", "0.6", since)]
            rows += [_holds(place, persona("couple_b").number, "co_owner", "0.4", since)]
        elif place.use == "residential" and place.unit not in _TOLD and place.order % 7 == 3:
            rows += [_holds(place, place.owner, "owner", "0.5", since)]
            rows += [_holds(place, 2001 + place.order, "co_owner", "0.5", since)]
        else:
            rows += [_holds(place, place.owner, "owner", "1", since)]
        if occupancy(place) == "let":
            told = place.unit in persona("tenant").units
            tenant = persona("tenant").number if told else 4001 + place.order
            rows += [_holds(place, tenant, "tenant", "", (Month.of(on) + -(8 + place.order % 9)).first)]
    return rows


def people(on: date) -> list[Row]:
    """Rows of people.csv: everybody in occupancies.csv, the personas first; one in forty gave no number."""
    told = {one.person: one for one in PERSONAS}
    numbers = sorted({int(str(row["person"])[1:]) for row in occupancies(on)})
    rows: list[Row] = []
    for number in numbers:
        one = told.get(person_id(number))
        rows.append({
            "person": person_id(number),
            "name": one.name if one else name(number),
            "phone": "" if not one and number % 40 == 7 else phone(number),
            "email": f"{person_id(number).lower()}@example.com" if one or number % 3 else "",
            "language": one.language if one else "zh-CN",
        })  # fmt: skip
    return rows


def committee(on: date) -> list[Row]:
    """Rows of committee.csv: seven members in office and one who has left."""
    began = Month.of(on) + -20
    owners = [HOMES[order].owner for order in (34, 77, 121, 166, 214, 259)]
    posts = (
        ("副主任", "yes"), ("委员", "yes"), ("委员", "yes"), ("委员", "yes"), ("候补委员", "no"), ("候补委员", "no"),
    )  # fmt: skip
    rows = [_sits(persona("chair").number, "主任", "yes", began.first)]
    rows += [_sits(owner, post, votes, began.first) for owner, (post, votes) in zip(owners, posts, strict=True)]
    rows += [_sits(HOMES[301].owner, "委员", "yes", began.first, (began + 6).last)]
    return rows


def _holds(place: Place, number: int, role: str, share: str, since: date, to: date | None = None) -> Row:
    return {
        "unit": place.unit, "person": person_id(number), "role": role, "share": share, "from": since, "to": to or "",
    }  # fmt: skip


def _sits(number: int, post: str, votes: str, since: date, to: date | None = None) -> Row:
    return {"person": person_id(number), "post": post, "votes": votes, "from": since, "to": to or ""}
