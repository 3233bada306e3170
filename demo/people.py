"""The people of the demo estate: invented names, numbers that nobody has, and the story of each persona."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

# Numbers in this block of a mobile range are not given out to anybody.
PHONES = "1990000"
NUMBER_OF_NAMES = 40 * 30 * 30

_SURNAMES = "陈林黄郑吴周许何罗梁宋谢韩唐冯于董萧程曹袁邓傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜"
_FIRST = "思嘉明志雅文子晓俊海书佳庭宏若春秋立安一远清南静云景怀亦知望"
_SECOND = "宁远航婷洁辉峰琳涛颖轩怡平舟岚薇楠澄衡朗溪禾川霖槿瑜棠松遥然"


@dataclass(frozen=True)
class Persona:
    """Somebody a visitor can sign in as.

    `owes_days` is the age of the oldest debt that the story leaves open (see `pays`); a tenant's is the owner's.
    """

    key: str
    number: int
    name: str
    units: tuple[str, ...]
    story: str
    owes_days: int = 0
    role: str = "owner"
    language: str = "zh-CN"

    @property
    def story_zh(self) -> str:
        """The story in Chinese."""
        return STORIES_ZH[self.key]

    @property
    def person(self) -> str:
        """The external id in people.csv."""
        return person_id(self.number)

    @property
    def phone(self) -> str:
        """Eleven digits, constant, invented."""
        return phone(self.number)


@dataclass(frozen=True)
class StaffMember:
    """A row of staff.csv; `roles` as in the import."""

    login: str
    name: str
    roles: str
    department: str


EARLY = -90

PERSONAS = (
    Persona(
        key="early", number=101, name="陈思宁", units=("1栋101",), story="Pays every bill within days.", owes_days=EARLY
    ),
    Persona(
        key="forgot",
        number=102,
        name="林嘉远",
        units=("1栋102",),
        story="Forgot a small repair bill; it is 10 days overdue.",
        owes_days=10,
    ),
    Persona(key="owes25", number=103, name="黄明航", units=("2栋201",), story="In arrears for 25 days.", owes_days=25),
    Persona(key="owes45", number=104, name="郑志婷", units=("3栋302",), story="In arrears for 45 days.", owes_days=45),
    Persona(
        key="owes80",
        number=105,
        name="吴雅洁",
        units=("4栋401",),
        story="In arrears for 80 days; has paid nothing of the last months.",
        owes_days=80,
    ),
    Persona(
        key="landlord",
        number=106,
        name="周文辉",
        units=("5栋501",),
        story="Let the home; remains the debtor.",
        owes_days=0,
    ),
    Persona(
        key="tenant",
        number=107,
        name="Robin Ashgrove",
        units=("5栋501",),
        story="Sees and may pay the landlord's bills.",
        owes_days=0,
        role="tenant",
        language="en",
    ),
    Persona(
        key="vacant",
        number=108,
        name="许子峰",
        units=("6栋602",),
        story="Lives elsewhere; the empty home pays 70% of the service fee.",
        owes_days=0,
    ),
    Persona(
        key="disputes",
        number=109,
        name="何晓琳",
        units=("7栋703",),
        story="Disputes the raised parking rate on the newest bill.",
        owes_days=17,
    ),
    Persona(
        key="couple_a",
        number=110,
        name="罗俊涛",
        units=("8栋801",),
        story="Owns 60% with a spouse; disputes the newest water.",
        owes_days=17,
    ),
    Persona(
        key="couple_b",
        number=111,
        name="梁海颖",
        units=("8栋801",),
        story="Owns 40% with a spouse; one bill for both.",
        owes_days=17,
        role="co_owner",
    ),
    Persona(
        key="two_homes",
        number=112,
        name="宋书轩",
        units=("9栋203", "9栋204"),
        story="Owns two homes next to each other.",
        owes_days=0,
    ),
    Persona(
        key="chair", number=113, name="谢佳怡", units=("10栋604",), story="Chairs the owners' committee.", owes_days=0
    ),
    Persona(
        key="seller",
        number=114,
        name="韩庭平",
        units=("2栋503",),
        story="Sold in the middle of last month and left bills unpaid.",
        owes_days=60,
    ),
    Persona(
        key="buyer",
        number=115,
        name="唐宏舟",
        units=("2栋503",),
        story="Bought in the middle of last month; owes only what came after.",
        owes_days=60,
    ),
    Persona(
        key="developer",
        number=119,
        name="砚溪置业有限公司",
        units=("10栋801",),
        story="Owed for the unsold home until the keys were given.",
        owes_days=0,
    ),
    Persona("newcomer", 116, "Morgan Tidewell", ("10栋801",), "Got the keys on the 12th of last month.", language="en"),
    Persona(
        key="hardship",
        number=117,
        name="冯若岚",
        units=("6栋304",),
        story="Lost a job and asks for instalments; 60 days overdue.",
        owes_days=60,
    ),
    Persona(
        key="shop",
        number=118,
        name="于春薇",
        units=("商铺01", "商铺02"),
        story="Runs a shop across two units.",
        owes_days=0,
    ),
)

STORIES_ZH = {
    "early": "账单到了没几天就缴。",
    "forgot": "忘了一笔小额维修费，逾期 10 天。",
    "owes25": "欠费 25 天。",
    "owes45": "欠费 45 天。",
    "owes80": "欠费 80 天，最近几个月都没有缴。",
    "landlord": "房屋已出租，仍是缴费义务人。",
    "tenant": "看得到房东的账单，也可以代缴。",
    "vacant": "住在别处；空置房的物业服务费按 70% 计收。",
    "disputes": "对最新账单里涨价的停车费提出异议。",
    "couple_a": "与配偶共有，占 60%；对最新的水费提出异议。",
    "couple_b": "与配偶共有，占 40%；两人一张账单。",
    "two_homes": "有相邻的两套房。",
    "chair": "业主委员会主任。",
    "seller": "上月中旬卖了房，留下没缴的账单。",
    "buyer": "上月中旬买的房，只欠之后的费用。",
    "developer": "交房之前，未售房屋的费用由开发商承担。",
    "newcomer": "上月 12 日拿到钥匙。",
    "hardship": "失业，申请分期；欠费 60 天。",
    "shop": "两间铺面，开一家店。",
}

STAFF = (
    StaffMember("clerk", "董立楠", "clerk", "客服部"),
    StaffMember("steward", "萧安澄", "steward", "客服部"),
    StaffMember("steward2", "程一衡", "steward", "客服部"),
    StaffMember("service", "曹远朗", "service", "客服部"),
    StaffMember("engineer", "袁清溪", "service", "工程部"),
    StaffMember("finance", "邓南禾", "finance", "财务部"),
    StaffMember("manager", "傅静川", "manager", "经理室"),
    StaffMember("deputy", "沈云霖", "manager;service", "经理室"),
    StaffMember("legal", "曾景槿", "legal", "法务部"),
    StaffMember("auditor", "苏砚宁", "auditor", "财务部"),
    StaffMember("admin", "彭怀瑜", "admin", "经理室"),
)

# Each of these homes is in arrears besides the personas: the age of its oldest debt in days.
DEBTORS = {
    "1栋603": 20, "2栋304": 35, "3栋704": 5, "3栋203": 50, "4栋802": 28, "5栋302": 65, "6栋101": 12, "7栋404": 90,
    "7栋102": 33, "8栋503": 75, "9栋701": 18, "9栋602": 48, "10栋303": 30, "商铺17": 95, "商铺29": 40,
}  # fmt: skip


def persona(key: str) -> Persona:
    """The persona with this key. Raises KeyError for an unknown one."""
    return {one.key: one for one in PERSONAS}[key]


def person_id(number: int) -> str:
    """The external id of a person; its digits end the phone number."""
    return f"P{number:04d}"


def phone(number: int) -> str:
    """Eleven digits in the block that nobody has."""
    return f"{PHONES}{number:04d}"


def name(number: int) -> str:
    """An invented name; different numbers up to NUMBER_OF_NAMES give different names."""
    # A stride without a common factor walks through all combinations once, in no visible order.
    mixed = number * 7919 % NUMBER_OF_NAMES
    return _SURNAMES[mixed % 40] + _FIRST[mixed // 40 % 30] + _SECOND[mixed // 1200]


def owes_days(unit: str) -> int:
    """The age in days of the oldest debt that the story leaves open; 0 or less for those who pay in time."""
    told = {unit: one.owes_days for one in PERSONAS for unit in one.units if one.role == "owner"}
    return {**DEBTORS, **told}.get(unit, EARLY if sum(map(ord, unit)) % 3 == 0 else 0)


def pays(unit: str, due_on: date, on: date) -> bool:
    """Whether the story has this unit's bill paid by `on`: whatever fell due at least `owes_days` before."""
    return due_on <= on - timedelta(days=owes_days(unit))
