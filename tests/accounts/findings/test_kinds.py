"""What a line is by its name: sums and balances are never counted, and a translation decides nothing."""

from __future__ import annotations

import pytest

from portal.accounts.statements.heads import kind_of
from portal.accounts.statements.states import LineKind, Side
from portal.kit.i18n import Bilingual

IN, OUT = Side

SPELLED = {
    LineKind.total: (
        "小计", "合计", "总计", "共计", "累计", "本页小计", "本页合计", "收入合计", "支出总计", "本年累计", "合计数",
        "总收入", "收入总额", "承前页", "过次页", "转下页", "一、收入合计", "（1）小计", "合计（元）", "合计：",
        "分类汇总", "合 计", "小　计", "Subtotal", "Sub-total", "Sub total", "TOTAL", "Total:", "total(yuan)",
        "Grand Total", "Total income", "income total", "Page subtotal",
    ),
    LineKind.part: ("其中：住宅", "其中:商铺", "#其中 车位", "其中地下车位", "of which: shops"),
    LineKind.opening: (
        "上年结转", "上期结余", "期初余额", "上年度结余", "上月余额", "上年结余转入", "年初余额", "期初结转",
        "历年结余", "结转上年", "以前年度滚存结余", "上年累计结余", "物业费上年结转", "上 期 结 余", "上年亏损",
        "上年盈余", "b/f", "Brought forward", "Opening balance", "Balance b/f", "Carried over from 2025",
    ),
    LineKind.closing: (
        "期末余额", "结转下期", "结转下年", "本期结余", "本月结余", "年末结余", "收支结余", "累计结余", "结余",
        "利润总额", "本年利润", "转下年", "本期结转下期", "年度结余", "10月结余", "账面余额",
        "银行存款余额", "差额", "c/f", "Carried forward", "Closing balance", "surplus",
        "Net deficit",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in SPELLED.items() for name in names])
def test_sums_and_balances_are_known_by_their_usual_spellings(kind: LineKind, name: str) -> None:
    assert kind_of(IN, "", Bilingual(name, "")) is kind
    assert kind.is_told


@pytest.mark.parametrize(
    ("side", "category", "zh", "en", "kind"),
    [
        (OUT, "", "退装修押金", "renovation deposit refund", LineKind.deposit),
        (OUT, "押金退还", "张先生", "", LineKind.deposit),
        (IN, "", "押金利息", "", LineKind.ordinary),
        (OUT, "", "门禁维修", "gate renewal", LineKind.ordinary),
        (OUT, "", "外墙翻新", "", LineKind.works),
        (OUT, "", "外墙清洗", "facade cleaning", LineKind.ordinary),
        (OUT, "", "本月物业管理佣金", "", LineKind.remuneration),
        (OUT, "", "房屋中介佣金", "", LineKind.ordinary),
        (OUT, "", "银行手续费", "bank commission", LineKind.ordinary),
        (IN, "", "水电费收入", "", LineKind.pass_through),
        (OUT, "", "水费支出", "", LineKind.pass_through),
        (OUT, "代收代付", "付自来水公司", "", LineKind.pass_through),
        (OUT, "", "公共水电费", "", LineKind.ordinary),
        (IN, "", "充电费", "", LineKind.ordinary),
        (IN, "", "物业服务费收入", "", LineKind.fee),
        (IN, "", "管理费", "", LineKind.fee),
        (OUT, "", "管理费用", "", LineKind.ordinary),
        (IN, "", "停车管理费", "", LineKind.ordinary),
        (IN, "", "其他收入", "", LineKind.sundry),
        (IN, "", "垃圾清运费", "other", LineKind.ordinary),
        (OUT, "", "工资总额", "", LineKind.ordinary),
        (OUT, "合计", "物业费", "Fees", LineKind.ordinary),
    ],
)
def test_what_a_counted_line_is(side: Side, category: str, zh: str, en: str, kind: LineKind) -> None:
    assert kind_of(side, category, Bilingual(zh, en)) is kind
