"""The two pages that a passenger's phone opens: the ticket that was taken along, and an invoice's.

The ticket's page is the same for everybody: the ticket itself is in the address behind the #, which a browser keeps to
itself, and the page's own script draws it. A strict policy (CSP) lets that script speak to nobody. An invoice's page is
found by its token and says what is known; there, and not at the kiosk, a company is named as its buyer. A person is not
named at all. Pages load nothing from elsewhere, set no cookie, and are not kept.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sync.server.invoices import InvoicePage
from tickets.invoicing import tax_id_ok

WEB: Final = Path(__file__).with_name("web")
"""Where the script and the style lie."""
FILES: Final[Mapping[str, str]] = {"ticket.js": "text/javascript", "page.css": "text/css"}
"""What is served of it, by name, with its type."""
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""What every page and file is sent with."""

MOST_NAME: Final = 100
"""The longest name of a company."""


def ticket_page(stops: Mapping[int, tuple[str, str]]) -> str:
    """The page that shows whatever ticket its address has; `stops` names the places (Chinese, English)."""
    named = html.escape(json.dumps({str(stop): names for stop, names in sorted(stops.items())}, ensure_ascii=False))
    rows = "".join(
        f'<dt>{label}</dt><dd id="{name}"></dd>'
        for name, label in (
            ("from", "出发 From"),
            ("to", "到达 To"),
            ("date", "日期 Date"),
            ("trip", "班次 Coach"),
            ("seat", "座位 Seat"),
            ("fare", "票价 Fare"),
            ("number", "票号 Ticket"),
        )
    )
    return _page(
        "电子客票 E-ticket",
        f"""<main id="ticket" data-stops="{named}" hidden>
<svg id="code" role="img" aria-label="二维码 QR code" shape-rendering="crispEdges" viewBox="0 0 1 1">
<rect width="100%" height="100%" fill="#fff"/><path id="modules" fill="#000"/></svg>
<dl>{rows}</dl>
<dl id="with-children" hidden><dt>携带儿童 Children</dt><dd id="children"></dd></dl>
<p class="note">检票时出示此二维码。请截屏保存：离线时也可以使用。<br>
Show this code at the gate. Save it as a screenshot: it works without a network, too.</p>
<p class="note">车票只在您的手机上，本网站不保存。<br>The ticket is on your phone only; this site does not keep it.</p>
</main>
<p id="nothing">此链接中没有完整的车票。请重新扫描售票机屏幕上的二维码。<br>
There is no whole ticket in this link. Please scan the code on the machine's screen again.</p>
<noscript><p class="wrong">请允许本页运行脚本：车票由您的手机自己显示。<br>
Please allow scripts here: your phone itself draws the ticket.</p></noscript>
<script src="/web/ticket.js"></script>""",
    )


def invoice_page(page: InvoicePage, wrong: str = "") -> str:
    """What is known of an invoice, and who it is for; `wrong` says in both languages what was wrong with an entry."""
    known = [
        ("金额 Amount", f"¥{page.fen / 100:.2f}"),
        ("事由 For", _WHY[page.why]),
        ("状态 State", _STATE[page.state]),
    ]
    if page.journey is not None:
        known += [
            ("日期 Date", page.journey.service_date),
            ("班次 Coach", page.journey.trip),
            ("行程 Journey", f"{page.journey.boarding} → {page.journey.alighting}"),
        ]
    if page.buyer or page.tax_id:
        known += [("购买方 Buyer", page.buyer or "–"), ("税号 Tax number", page.tax_id or "–")]
    rows = "".join(f"<dt>{html.escape(label)}</dt><dd>{html.escape(text)}</dd>" for label, text in known)
    return _page(
        "电子发票 E-invoice",
        f"""<dl>{rows}</dl>
{_form(page, wrong) if page.state != "issued" else ""}
<p class="note">发票由客运站财务系统开具；本页之后会显示结果。请保存此链接。<br>
The station's accounting issues the invoice; this page will say so. Please keep its link.</p>""",
    )


def no_invoice_page() -> str:
    """What an address answers that finds no invoice: wrong, or one whose machine has not reported yet."""
    return _page(
        "电子发票 E-invoice",
        """<p>还没有找到这张发票。如果您刚刚在售票机上申请，机器可能暂时没有网络：请稍后再打开此链接。</p>
<p>No such invoice is known yet. If you have just asked for it at a machine, that may be without a network for now:
please open this link again later.</p>""",
    )


def buyer_in(form: Mapping[str, str]) -> tuple[str, str | None] | str:
    """The company's name and tax number as they were typed, both empty for a person; a text says what is wrong."""
    name = " ".join(form.get("buyer", "").split())
    tax_id = "".join(form.get("tax_id", "").split()).upper()
    if not name and not tax_id:
        return "", None
    if not name or len(name) > MOST_NAME or not name.isprintable():
        return "请填写公司名称（最多100个字）。 Please give the company's name, in at most 100 characters."
    if not tax_id_ok(tax_id):
        return (
            "税号应为公司的15至20位数字或字母，不是身份证号。 "
            "A company's tax number has 15 to 20 digits or letters; an identity number is none."
        )
    return name, tax_id


_WHY: Final = {"travel": "旅客运输 Travel", "refund": "退票费 Refund fee"}
_STATE: Final = {
    "asked": "已申请 Asked for",
    "named": "已填写购买方 Asked for, buyer named",
    "issued": "已开具 Issued",
}


def _form(page: InvoicePage, wrong: str) -> str:
    told = f'<p class="wrong" role="alert">{html.escape(wrong)}</p>' if wrong else ""
    return f"""<form method="post" action="/i/{html.escape(page.token)}">
<p>公司抬头请填写以下两项；个人无需填写。<br>For a company please fill in both; a person need not.</p>{told}
<label for="buyer">公司名称 Company</label>
<input id="buyer" name="buyer" maxlength="{MOST_NAME}" value="{html.escape(page.buyer)}" autocomplete="organization">
<label for="tax_id">税号 Tax number</label>
<input id="tax_id" name="tax_id" maxlength="24" value="{html.escape(page.tax_id or "")}" autocomplete="off">
<button>保存 Save</button></form>"""


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title}</title><link rel="stylesheet" href="/web/page.css"></head>
<body><h1>{title}</h1>
{body}
</body></html>
"""
