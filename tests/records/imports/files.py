"""A small complete import folder as text, from which tests change one thing at a time."""

from __future__ import annotations

from pathlib import Path

GOOD = {
    "community": """\
code,name,fee_mode,jurisdiction,timezone,currency,due_rule,hotline,contract_ref,company,credit_code,address,phone,bank,account_name,account_no
qinghe,清荷里,commission,CN,Asia/Shanghai,CNY,day:15,400-000-1111,HT-1,清荷物业有限公司,91330100MA0000000X,\
清荷市测试路 1 号,0571-00000000,清荷银行测试支行,清荷物业有限公司,6200000000000000
""",
    "units": """\
unit,building,stairwell,floor,use,billable_area,occupancy,handed_over_on
1栋101,1,1,1,residential,89.37,owner,2020-01-01
1栋102,1,1,1,residential,120.5,let,2020-01-01
10栋101,10,,-1,commercial,300,vacant,
""",
    "people": """\
person,name,phone,email,language
P1,陈静,199 0000 0101,chen@example.com,zh-CN
P2,李明,+86-19900000102,,zh_CN
P3,王芳,,,en
P4,赵敏,19900000105,,zh
""",
    "occupancies": """\
unit,person,role,share,from,to
1栋101,P1,owner,1,,
1栋102,P2,owner,0.5,2020-01-01,
1栋102,P3,co_owner,0.5,2020-01-01,
1栋102,P4,tenant,,2026-01-01,2026-12-31
10栋101,P2,owner,1,,
""",
    "staff": """\
login,name,roles,department
feng,冯丽,service;clerk,客服部
shen,沈平,manager,
""",
    "committee": """\
person,post,votes,from,to
P1,主任,yes,2024-01-01,2028-12-31
""",
    "charge_items": """\
item,name_zh,name_en,kind,tax_rate,voucher
fee,物业服务费,Service fee,service_fee,0.06,invoice
bay,车位费,Parking,parking,0.09,invoice
water,水费,Water,utility,,utility_slip
light,公共照明,,pass_through,0,utility_slip
""",
    "tariffs": """\
item,use,formula,rate,per,cycle_months,timing,proration,vacancy_rate,rounding,from,to,source
fee,residential,per_area,3.2,m²,1,advance,daily_actual,0.7,fen,2024-01-01,2026-12-31,第一条
fee,residential,per_area,3.5,m²,1,advance,daily_actual,0.7,fen,2027-01-01,,第二条
fee,commercial,per_area,15,m²,1,advance,daily_actual,,fen,2024-01-01,,第一条
bay,*,per_quantity,250,车位,1,advance,half_month_15th,,yuan,2024-01-01,,第三条
water,*,metered,3.77,m³,1,arrears,full_month,,fen,2024-01-01,,第四条
light,*,share_by_area,,m²,1,advance,full_month,,fen,2024-01-01,,第五条
""",
    "unit_charges": """\
unit,item,quantity,from,to
1栋101,bay,2,2024-01-01,
""",
    "meter_readings": """\
unit,item,meter,period,previous,current
1栋101,water,W1,2026-11,100,112.5
""",
    "shared_costs": """\
item,period,amount,scope
light,2026-11,1234.56,community
light,2026-11,99.90,building:1
""",
    "opening_balances": """\
unit,item,period,due_on,amount
1栋102,fee,2026-08,2026-08-15,385.60
1栋102,bay,2026-08,2026-08-15,250.00
10栋101,fee,2026-09,2026-09-15,4500
""",
    "accounts": """\
statement,title,from,to,fund,side,category,item_zh,item_en,amount,budget,prior,note
S-10,2026年10月收支,2026-10-01,2026-10-31,service_fee,income,收入,物业费,Fees,308970.85,327509.10,,
S-10,,,,service_fee,expense,人员,薪酬,Payroll,-261467.06,,250000,含税
""",
}


def write(folder: Path, files: dict[str, str], *, encoding: str = "utf-8") -> Path:
    """Write these files, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for stem, text in files.items():
        (folder / f"{stem}.csv").write_bytes(text.encode(encoding))
    return folder


def with_row(stem: str, row: str) -> dict[str, str]:
    """The good folder with one more row."""
    return {**GOOD, stem: f"{GOOD[stem]}{row}\n"}


def replaced(stem: str, old: str, new: str) -> dict[str, str]:
    """The good folder with one text replaced by another."""
    assert GOOD[stem].count(old) == 1, f"{old!r} must be there once"
    return {**GOOD, stem: GOOD[stem].replace(old, new)}
