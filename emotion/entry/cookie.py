"""The cookie of who knew the password: signed with a key made of that password, so that a new one ends all of them."""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from functools import lru_cache

from itsdangerous import BadData, URLSafeTimedSerializer

NAME = "class_mood_entry"
LASTS_S = 12 * 3600
MOST_ENDED = 10_000
SALT = b"class-mood entry"


def is_right(given: str, password: str) -> bool:
    """Whether both are the same; takes as long for every wrong one, whatever its letters and length."""
    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (given, password)]
    return hmac.compare_digest(*digests)


class EntryCookies:
    """Makes and reads the cookie's value; those of who signed out are remembered until the process ends."""

    def __init__(self) -> None:
        self._ended: OrderedDict[str, None] = OrderedDict()

    def new(self, password: str) -> str:
        value: str = _serializer(password).dumps(secrets.token_urlsafe(12))
        return value

    def is_valid(self, value: str, password: str) -> bool:
        """Whether it was made with this password, less than `LASTS_S` ago, and nobody signed out with it."""
        return (name := _name(value, password)) is not None and name not in self._ended

    def end(self, value: str, password: str) -> None:
        """Whoever holds a copy of this value does not get in with it any more."""
        if (name := _name(value, password)) is not None:
            self._ended[name] = None
            if len(self._ended) > MOST_ENDED:
                self._ended.popitem(last=False)


def _name(value: str, password: str) -> str | None:
    try:
        name = _serializer(password).loads(value, max_age=LASTS_S)
    except BadData:
        return None
    return name if isinstance(name, str) else None


@lru_cache(maxsize=2)
def _serializer(password: str) -> URLSafeTimedSerializer:
    """Slow to make on purpose: who finds a cookie must not be able to guess the password from it."""
    key = hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=SALT, n=2**14, r=8, p=1)
    return URLSafeTimedSerializer(key, salt=NAME)
