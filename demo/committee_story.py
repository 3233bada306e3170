"""What the demo estate's committee is asked for: one expense approved and paid, one refused, one that waits."""

from __future__ import annotations

from datetime import date

from demo import cast
from demo.days import as_if
from portal.accounts.committee.actions import Wanted, ask_committee, consent, spend, vote
from portal.accounts.committee.states import Voice
from portal.accounts.statements.states import StatementFund
from portal.kit.money import Money
from portal.kit.period import Month
from portal.overview.report_pages.actions import set_cost
from portal.overview.reports.states import Step

PUMP = Wanted(
    StatementFund.common_area_revenue, Money.of_yuan("18600"), "更换3栋生活水泵2台",
    "两台水泵使用十二年，去年维修四次。三家比价，取最低价，含拆装和一年质保。",
)  # fmt: skip
PARTY = Wanted(
    StatementFund.common_area_revenue, Money.of_yuan("12000"), "元旦游园活动", "往年由社区出资，今年没有拨款。"
)
CAMERAS = Wanted(
    StatementFund.service_fee, Money.of_yuan("8600"), "更换东门监控摄像机", "夜间画面不清，两起剐蹭未能查到车牌。"
)
COSTS = {Step.reminder: "0.05", Step.call: "3.00", Step.visit: "45.00", Step.letter: "1.20", Step.demand: "22.00"}


async def ask(community: int, on: date) -> None:
    """Ask for three expenses in the month before `on` and in its own, and say what steps cost."""
    finance, manager = await cast.staff_member("finance"), await cast.staff_member("manager")
    members = await cast.voters(community, on)
    before = (Month.of(on) + -1).first.replace(day=20)
    async with as_if(before):
        pump, party = [await ask_committee(finance, community, one) for one in (PUMP, PARTY)]
        for member in members[:3]:
            await vote(member, pump, Voice.in_favour, "")
            await vote(member, party, Voice.against, "")
        await spend(manager, pump, Money.of_yuan("18240"), before, "业委会会议纪要第7号")
    cameras = await ask_committee(finance, community, CAMERAS)
    await vote(members[1], cameras, Voice.in_favour, "请一并说明保修年限。")
    for member in members[:2]:
        await consent(member, community, True)
    for step, yuan in COSTS.items():
        await set_cost(finance, community, step, Money.of_yuan(yuan), (Month.of(on) + -12).first)
