"""The words and the HTML of the hosted page, in Chinese and English, without a script."""

from html import escape

from sandbox.wire import Json

WORDS = {
    "zh": {
        "lang": "zh-CN",
        "title": "收银台（沙盒）",
        "banner": "这是沙盒，不会发生真实扣款。",
        "total": "应付金额",
        "method": "支付方式",
        "alipay": "支付宝",
        "wechat_pay": "微信支付",
        "card": "银行卡",
        "paid": "支付",
        "other": "模拟其他结果",
        "failed": "支付失败",
        "async_paid": "稍后到账",
        "async_failed": "稍后失败",
        "abandoned": "放弃支付，返回",
        "complete": "这笔订单已完成，无需再次支付。",
        "expired": "这个付款页面已过期，没有发生扣款。请返回重新发起支付。",
        "return": "返回",
    },
    "en": {
        "lang": "en",
        "title": "Checkout (sandbox)",
        "banner": "This is a sandbox. No money moves.",
        "total": "To pay",
        "method": "Pay with",
        "alipay": "Alipay",
        "wechat_pay": "WeChat Pay",
        "card": "Card",
        "paid": "Pay",
        "other": "Let it end another way",
        "failed": "Payment fails",
        "async_paid": "Money arrives later",
        "async_failed": "Money never arrives",
        "abandoned": "Cancel and go back",
        "complete": "This order is complete. There is nothing more to pay.",
        "expired": "This payment page has expired and nothing was charged. Please go back and start again.",
        "return": "Go back",
    },
}

STYLE = """
:root{color-scheme:light dark;font:1.0625rem/1.5 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif}
body{max-width:26rem;margin:0 auto;padding:1rem}
.banner{background:#fff3cd;color:#4d3800;padding:.75rem 1rem;border-radius:.5rem;margin:0 0 1rem}
.total{font-size:2rem;font-weight:700;margin:.25rem 0 1rem}
ul{padding:0;list-style:none}li{display:flex;justify-content:space-between;gap:1rem;padding:.25rem 0}
fieldset{border:1px solid #8a8f98;border-radius:.5rem;margin:0 0 1rem}
label{display:flex;align-items:center;gap:.75rem;min-height:2.75rem}
button,a.button{box-sizing:border-box;display:block;width:100%;min-height:2.75rem;margin:.5rem 0;padding:.5rem;
font:inherit;border:1px solid #8a8f98;border-radius:.5rem;background:transparent;color:inherit;text-align:center;
text-decoration:none}
button.pay{background:#1d4ed8;border-color:#1d4ed8;color:#fff;font-weight:600}
"""


def render(session: Json, goods: list[Json], accept_language: str) -> str:
    """The whole page; the language is the session's, else the browser's, else Chinese."""
    asked = session["locale"] if session["locale"] not in (None, "auto") else accept_language
    words = WORDS["en" if asked.lower().startswith("en") else "zh"]
    body = _form(session, words) if session["status"] == "open" else _ended(session, words)
    total = _yuan(session["amount_total"])
    lines = "".join(f"<li><span>{escape(name)}</span><span>{sum_}</span></li>" for name, sum_ in map(_good, goods))
    return f"""<!doctype html>
<html lang="{words["lang"]}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{words["title"]}</title><link rel="icon" href="data:,"><style>{STYLE}</style>
</head>
<body><main>
<p class="banner">{words["banner"]}</p>
<h1>{words["title"]}</h1>
<p>{words["total"]}</p>
<p class="total" data-fen="{session["amount_total"]}" data-state="{session["status"]}">{total}</p>
<ul>{lines}</ul>
{body}
</main></body></html>
"""


def _form(session: Json, words: dict[str, str]) -> str:
    radios = "".join(
        f'<label><input type="radio" name="method" value="{method}"{" checked" if place == 0 else ""}>'
        f"{words[method]}</label>"
        for place, method in enumerate(session["allowed_payment_method_types"])
    )
    others = "".join(
        f'<button name="outcome" value="{outcome}">{words[outcome]}</button>'
        for outcome in ("failed", "async_paid", "async_failed", "abandoned")
    )
    return f"""<form method="post">
<fieldset><legend>{words["method"]}</legend>{radios}</fieldset>
<button class="pay" name="outcome" value="paid">{words["paid"]} {_yuan(session["amount_total"])}</button>
<h2>{words["other"]}</h2>
{others}
</form>"""


def _ended(session: Json, words: dict[str, str]) -> str:
    target = session["success_url" if session["status"] == "complete" else "cancel_url"]
    back = "" if target is None else target.replace("{CHECKOUT_SESSION_ID}", session["id"])
    link = f'<p><a class="button" href="{escape(back)}">{words["return"]}</a></p>' if back else ""
    return f"<p>{words[session['status']]}</p>{link}"


def _good(item: Json) -> tuple[str, str]:
    price = item["price_data"]
    return price["product_data"]["name"], _yuan(price["unit_amount"] * item["quantity"])


def _yuan(fen: int) -> str:
    return f"¥{fen // 100:,}.{fen % 100:02d}"
