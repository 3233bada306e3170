"""A small estate as the CSV folder an operator would bring."""

from __future__ import annotations

from pathlib import Path

HOMES = range(101, 121)  # the last one is in arrears: its owner and the desk have every kind of page

FILES = {
    "community.csv": "code,name,fee_mode,jurisdiction,timezone,currency,due_rule,hotline,company,credit_code,"
    "address,phone,bank,account_name,account_no\n"
    "linxi,林溪苑,commission,CN,Asia/Shanghai,CNY,day:28,400-000-0000,林溪物业服务有限公司,91330100MA0000000X,"
    "林溪市测试路 1 号,0571-00000000,林溪银行测试支行,林溪物业服务有限公司,6200000000000000\n",
    "units.csv": "unit,building,use,billable_area,occupancy,handed_over_on\n"
    + "".join(f"1栋{n},1栋,residential,{80 + n % 7}.50,owner,2018-06-30\n" for n in HOMES),
    "people.csv": "person,name,phone,email,language\n" + "".join(f"P{n},业主{n},19900002{n},,zh-CN\n" for n in HOMES),
    "occupancies.csv": "unit,person,role,share,from,to\n"
    + "".join(f"1栋{n},P{n},owner,1,2018-06-30,\n" for n in HOMES),
    "staff.csv": "login,name,roles,department\njing,经理甲,manager,项目部\n"
    "fuwu,客服乙,service,客服部\n"
    "caiwu,财务丙,finance;clerk,财务部\n",
    "committee.csv": f"person,post,votes,from,to\nP{HOMES[8]},委员,yes,2024-01-01,\n",
    "charge_items.csv": "item,name_zh,name_en,kind,tax_rate,voucher\n"
    "service,物业服务费,Service fee,service_fee,0.06,invoice\nrefuse,垃圾清运费,Refuse,refuse,0.06,invoice\n",
    "opening_balances.csv": f"unit,item,period,due_on,amount\n1栋{HOMES[-1]},service,2025-03,2025-04-15,431.20\n",
    "accounts.csv": "statement,title,from,to,fund,side,category,item_zh,item_en,amount,budget,prior,note\n"
    "2025,二〇二五年收支,2025-01-01,2025-12-31,service_fee,income,收费,物业服务费收入,Service fees,1200.00,1100.00,,\n"
    "2025,二〇二五年收支,2025-01-01,2025-12-31,service_fee,expense,人员,保洁与秩序,Cleaning and security,900.50,,,\n",
    "tariffs.csv": "item,use,formula,rate,per,cycle_months,timing,proration,vacancy_rate,rounding,from,to,source\n"
    "service,residential,per_area,2.80,㎡,1,advance,full_month,0.7,fen,2025-01-01,,物业服务合同第八条\n"
    "refuse,*,fixed,8,户,1,advance,full_month,,fen,2025-01-01,,物业服务合同附件二\n",
}


def write(folder: Path) -> Path:
    """Put the files into a folder."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
