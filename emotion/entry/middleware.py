"""What stands before page and routes, the outermost first."""

from starlette.middleware import Middleware

from emotion.entry.guard import Account, Guard
from emotion.entry.headers import SecurityHeaders
from emotion.entry.uploads import keep_in_memory


def middleware(page: str, account: Account | None = None) -> list[Middleware]:
    """For `st.App`, whose page is this HTML; headers are outermost, so that a refusal has them too."""
    keep_in_memory()
    return [Middleware(SecurityHeaders, page=page), Middleware(Guard, account=account)]
