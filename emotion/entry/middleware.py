"""What stands before page and routes, the outermost first."""

from starlette.middleware import Middleware

from emotion.entry.guard import Account, Guard
from emotion.entry.headers import SecurityHeaders
from emotion.entry.uploads import keep_in_memory


def middleware(account: Account | None = None) -> list[Middleware]:
    """For `st.App`; headers are outermost, so that a refusal has them too."""
    keep_in_memory()
    return [Middleware(SecurityHeaders), Middleware(Guard, account=account)]
