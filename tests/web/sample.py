"""A tiny application on the real parts: pages to look at, and one handler for every way of answering."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from uuid import UUID

from litestar import Litestar, Request, Response, Router, get, post
from litestar.params import FromPath

from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.people.persons.permissions import May, Role
from portal.people.persons.principal import Audience, Principal
from portal.platform.process.settings import Settings
from portal.web.forms.forms import UPLOAD_BYTES, Choice, Code, Day, Form, Many, Phone, Photos, Text, Tick, Whole, Yuan
from portal.web.forms.unsent_forms import Fields, begin
from portal.web.pages.answers import flash, go, page
from portal.web.pages.guards import committee, owner, staff
from portal.web.pages.parts import litestar_parts
from portal.web.pages.templating import TEMPLATES
from portal.web.request.session import end_session, start_session

LI = Principal(UUID(int=1), UUID(int=11), Audience.owner, "李", "zh-CN", communities=(1,))
ANN = Principal(
    UUID(int=2), UUID(int=12), Audience.owner, "Ann", "en", large_text=True, communities=(1,), committees=(1,)
)
CLERK = Principal(UUID(int=3), UUID(int=13), Audience.staff, "王", "zh-CN", communities=(1,),
                  roles={1: frozenset({Role.clerk})})  # fmt: skip
PEOPLE = {"li": LI, "ann": ANN, "clerk": CLERK}


class Reason(StrEnum):
    poor_quality = "poor_quality"
    wrong_rate = "wrong_rate"


class SampleForm(Form):
    amount = Yuan("缴费金额", hint="最多可缴 1,234.50 元")
    phone = Phone("手机号码")
    code = Code("验证码", hint="六位数字，5 分钟内有效")
    on = Day("首期日期")
    count = Whole("分几期", least=2, most=12)
    reason = Choice("异议原因", Reason)
    pick = Choice("支付方式", [("alipay", "支付宝"), ("wechat_pay", "微信支付")], look="select")
    several = Many("选择账单", coerce=str)
    text = Text("说明", lines=4, most=500, required=False)
    photos = Photos("现场照片", most=5)
    agree = Tick("我已阅读并同意以上分期缴费协议")


@dataclass(frozen=True)
class Row:
    name: str
    rate: str
    sum: Money
    state: str
    word: str


ROWS = [
    Row("物业服务费", "2.35 元/㎡", Money(23124), "part_paid", "已缴一部分"),
    Row("公共能耗分摊", "按面积", Money(1830), "held", "核实中"),
    Row("车位管理费", "80 元/个", Money(8000), "paid", "已缴清"),
]


async def sample_page(request: Request, form: SampleForm, status: int = 200) -> Response:
    form.several.options = [("a", "2026年11月物业费"), ("b", "2026年10月物业费")]
    at = datetime(2026, 11, 3, 6, 5, tzinfo=UTC)
    facts = {"owed": Money(123450), "part": Money(23124), "due": date(2026, 11, 30), "rows": ROWS, "at": at}
    return page(
        request, "sample.html", fragment="_sample_form.html", title="我的账单", form=form, status=status, **facts
    )


@get("/sample", name="sample:show", opt={"public": True})
async def show(request: Request) -> Response:
    return await sample_page(request, SampleForm())


@post("/sample", name="sample:send", opt={"public": True}, request_max_body_size=UPLOAD_BYTES)
async def send(request: Request) -> Response:
    form = SampleForm(await request.form())
    if not form.validate():
        return await sample_page(request, form, 422)
    return go(request, "sample:show")


class NoteForm(Form):
    text = Text("Note", lines=3)
    amount = Yuan("Sum", required=False)
    password = Text("Password", required=False)


@get("/note", name="note:show", guards=[owner])
async def note(request: Request) -> Response:
    return page(request, "note.html", fragment="_note.html", title="Note", form=await begin(request, NoteForm))


@post("/note", name="note:save", guards=[owner])
async def save(request: Request) -> Response:
    form = NoteForm(await request.form())
    if form.validate() and await form.accepts(work(form.text.data)):
        flash(request, N_("Please choose one."), "good")
        return go(request, "note:show")
    return page(request, "note.html", fragment="_note.html", title="Note", form=form, status=422)


async def work(text: str) -> str:
    if text == "bad":
        raise Invalid("amount", N_("Please choose one."))
    if text.startswith("late"):
        raise Refused(N_("Please choose one."))
    return text


@get("/poll", name="poll", guards=[owner])
async def poll(request: Request) -> Response:
    return page(request, "note.html", fragment="_note.html", title="Note", form=NoteForm(), quiet=True)


@get("/committee", name="committee", guards=[committee])
async def for_committee() -> str:
    return "ok"


@get("/desk/any", name="desk.any", guards=[staff()])
async def for_staff() -> str:
    return "ok"


@get("/desk/money", name="desk.money", guards=[staff(May.run_bills)])
async def for_finance() -> str:
    return "ok"


@get("/forgotten", name="forgotten")
async def forgotten() -> str:
    return "a route without a guard"


@get("/prices", name="prices", opt={"public": True, "keep": 60})
async def prices(request: Request) -> Response:
    return page(request, "prices.html", title="Prices")


@get("/typo", name="typo", opt={"public": True})
async def typo(request: Request) -> Response:
    return page(request, "typo.html", title="x")


@post("/hook", name="hook", opt={"public": True, "cross_site": True, "machine": True})
async def hook(request: Request) -> str:
    if (await request.body()) == b"boom":
        raise RuntimeError("secret detail")
    return "ok"


@post("/in", name="in", opt={"public": True})
async def sign_in(request: Request) -> Response:
    response = go(request, "note:show")
    start_session(request, response, "li", 3600)
    return response


@post("/out", name="out", opt={"public": True})
async def sign_out(request: Request) -> Response:
    response = go(request, "sample:show")
    end_session(request, response)
    return response


@get("/raise/{what:str}", name="raise", opt={"public": True})
async def fail(request: Request, what: FromPath[str]) -> str:
    raise {
        "missing": Missing(), "forbidden": Forbidden(), "refused": Refused(N_("Please choose one.")),
        "invalid": Invalid("x", N_("Please choose one.")), "bug": KeyError("secret detail"),
        "down": ConnectionRefusedError(111, "no"), "socket": FileNotFoundError(2, "No such file or directory"),
        "file": FileNotFoundError(2, "No such file", "/etc/x"), "slow": TimeoutError(),
    }[what]  # fmt: skip


@get("/words", name="words", opt={"public": True})
async def words(request: Request) -> Response:
    await asyncio.sleep(0.01)
    return page(request, "words.html", title="x", name="<b>x</b>")


class Drawer:
    """Holds forms in memory, as people/persons/unsent_forms.py does in the database."""

    def __init__(self) -> None:
        self.kept: dict[tuple[UUID, str], Fields] = {}

    async def hold_form(self, expired_token: str, path: str, fields: Fields) -> bool:
        if not expired_token.startswith("old-"):
            return False
        return await self.hold_form_of(PEOPLE[expired_token.removeprefix("old-")].human, path, fields)

    async def hold_form_of(self, human: UUID, path: str, fields: Fields) -> bool:
        self.kept[human, path] = fields
        return True

    async def take_form(self, principal: Principal, path: str) -> Fields | None:
        return self.kept.pop((principal.human, path), None)


async def find_principal(token: str) -> Principal | None:
    if token == "down":
        raise ConnectionRefusedError(111, "Connect call failed")
    return PEOPLE.get(token)


HANDLERS = [show, send, note, save, poll, for_committee, for_staff, for_finance, forgotten, prices, typo, hook,
            sign_in, sign_out, fail, words]  # fmt: skip


@cache
def sample_app(base_url: str = "http://127.0.0.1:8000", holder: Drawer | None = None) -> Litestar:
    env = "production" if base_url.startswith("https") else "test"
    settings = Settings(env, Path("var"), base_url, "s" * 40)
    return Litestar(**litestar_parts(
        settings, [Router("/", route_handlers=HANDLERS)], find_principal=find_principal, holder=holder,
        folders=[TEMPLATES, Path(__file__).parent / "templates"],
    ))  # fmt: skip


app = sample_app()
