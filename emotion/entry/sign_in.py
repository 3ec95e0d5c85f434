"""The pages before the page: signing in and out, whole in themselves and without JavaScript."""

from collections.abc import Sequence
from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1F2933; --ground: #FFFFFF; --panel: #F3F5F7; --line: #7B8794; --act: #2F6690;
  --wrong: #A61B1B; }
@media (prefers-color-scheme: dark) { :root { --ink: #E6EAEE; --ground: #0E1117; --panel: #1B212B; --line: #7B8794;
  --act: #8CBBDD; --wrong: #FF9B9B; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 24rem; padding: 1.5rem; border-radius: .5rem; background: var(--panel); }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; }
p { margin: 0 0 1rem; }
p[role=alert] { color: var(--wrong); font-weight: 600; }
label { display: block; margin-bottom: .25rem; }
input { width: 100%; padding: .625rem; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--line); border-radius: .375rem; }
button, a.act { display: block; width: 100%; margin-top: 1rem; padding: .625rem; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; color: #FFFFFF; background: #2F6690; border: 0; border-radius: .375rem;
  cursor: pointer; }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
small { display: block; margin-top: 1rem; }
"""
COOKIE_NOTE = "<small>One cookie is set, to know you for twelve hours. No other is needed to sign in.</small>"


def password_page(query: str, wrong: str = "") -> str:
    """The password's form; `wrong` tells what was wrong with the last try, `query` is kept for the page behind it."""
    alert = f'<p role="alert" id="wrong">{escape(wrong)}</p>' if wrong else ""
    described = ' aria-describedby="wrong" aria-invalid="true"' if wrong else ""
    return _page(
        "Sign in",
        f"""<p>Whoever runs this app has set a password.</p>{alert}
<form method="post" action="{_target("sign-in", query)}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus{described}>
<button>Sign in</button></form>{COOKIE_NOTE}""",
    )


def account_page(providers: Sequence[tuple[str, str]]) -> str:
    """The way to each provider: its name, "" for the only one, and Streamlit's address that leads there."""
    links = "".join(
        f'<a class="act" href="{escape(address)}">Sign in{escape(f" with {name.capitalize()}") if name else ""}</a>'
        for name, address in providers
    )
    return _page("Sign in", f"<p>Sign in with the account that your school or organisation gave you.</p>{links}")


def refused_page(sign_out: str) -> str:
    """For who has signed in with an account that is not let in."""
    return _page(
        "No entry",
        f"""<p role="alert">This account is not on the list of those who may use this app. Ask whoever runs it, or sign
in with another one.</p><a class="act" href="{escape(sign_out)}">Sign out</a>""",
    )


def sign_out_page() -> str:
    """Asks once more, so that no link of a stranger signs anybody out."""
    return _page(
        "Sign out",
        """<p>A camera or shared window of this page ends. Numbers of a lesson that is not saved may be lost.</p>
<form method="post" action="sign-out"><button>Sign out</button></form>""",
    )


def _target(path: str, query: str) -> str:
    return escape(f"{path}?{query}" if query else path)


def _page(title: str, content: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title} · Class Mood</title><style>{STYLE}</style></head>
<body><main><h1>Class Mood</h1>{content}</main></body></html>"""
