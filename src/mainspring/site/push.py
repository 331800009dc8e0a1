"""A stream that knocks: open pages hear at once that there is news for their person, and ask for it as usual.

It carries nothing but the knock, so what a person may see is decided by the ordinary request that follows. The
database tells every process (`NOTIFY mainspring_news`, see kernel/notifications.py) over one connection of its own. A
page that hears nothing, because the stream is full or the connection is gone, still asks from time to time.
"""

import asyncio
import contextlib
import logging
import os
from collections import defaultdict
from http.cookies import CookieError, SimpleCookie

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, connection
from django.http import HttpRequest

PATH = "/live/stream/"
CHANNEL = "mainspring_news"
REQUESTS_MAX = 64  # answered at the same time by a process; streams do not count
STREAMS_MAX = 900
BREATH_SECONDS = 20
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]

log = logging.getLogger(__name__)


def door(application):
    """The application with the stream beside it."""
    seats = asyncio.Semaphore(REQUESTS_MAX)
    wire = Wire()

    async def enter(scope, receive, send):
        if scope["type"] == "http" and scope["path"] == PATH:
            await _stream(scope, receive, send, wire, seats)
        else:
            async with seats:
                await application(scope, receive, send)

    return enter


class Wire:
    """Who listens in this process, and the one connection that tells them."""

    def __init__(self):
        self.closed = self.hears = False
        self.waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self.task: asyncio.Task | None = None

    @property
    def takes_more(self) -> bool:
        return not self.closed and sum(map(len, self.waiting.values())) < STREAMS_MAX

    def join(self, user: str) -> asyncio.Event:
        """An event that is set as soon as news are heard, for what came before, and whenever there are any."""
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._listen())
        bell = asyncio.Event()
        if self.hears:  # else everybody is told once the database is heard
            bell.set()
        self.waiting[user].add(bell)
        return bell

    def leave(self, user: str, bell: asyncio.Event) -> None:
        self.waiting[user].discard(bell)
        if not self.waiting[user]:
            del self.waiting[user]

    async def _listen(self) -> None:
        """Hear the database out; after a break everybody is told, for nobody knows what was missed."""
        pause = 1
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_address(), autocommit=True) as line:
                    await line.execute(f"LISTEN {CHANNEL}")
                    self.hears, pause = True, 1
                    for user in list(self.waiting):
                        self._ring(user)
                    async for note in line.notifies():
                        self._hear(note.payload)
            except psycopg.OperationalError as error:
                log.warning("news: the database is not heard: %s", error)
            self.hears = False
            await asyncio.sleep(pause)
            pause = min(pause * 2, 60)

    def _hear(self, payload: str) -> None:
        if payload == _closing():
            self.closed = True
            for user in list(self.waiting):
                self._ring(user)
        self._ring(payload)

    def _ring(self, user: str) -> None:
        for bell in self.waiting.get(user, ()):
            bell.set()


def close_streams() -> None:
    """Let the streams of this start of the servers end, so that they can stop without waiting for browsers."""
    with contextlib.suppress(psycopg.Error), psycopg.connect(**_address(), autocommit=True, connect_timeout=3) as line:
        line.execute("SELECT pg_notify(%s, %s)", [CHANNEL, _closing()])


def _closing() -> str:
    return f"close {os.environ.get('MAINSPRING_START', '')}"


async def _stream(scope, receive, send, wire: Wire, seats) -> None:
    async with seats:
        user = await sync_to_async(_who, thread_sensitive=False)(scope)
    if user is None or not wire.takes_more:
        await _refuse(send, 403 if user is None else 503)
        return
    bell = wire.join(user)
    gone = asyncio.create_task(_until_gone(receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await _say(send, "retry: 10000\n\n")
        while not gone.done() and not wire.closed:
            ringing = asyncio.create_task(bell.wait())
            await asyncio.wait({ringing, gone}, timeout=BREATH_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            ringing.cancel()
            if bell.is_set() and not wire.closed:
                bell.clear()
                await _say(send, "event: knock\ndata: news\n\n")
            elif not gone.done() and not wire.closed:
                await _say(send, ": still here\n\n")
    except (OSError, RuntimeError):  # the browser left in the middle of a word
        pass
    finally:
        wire.leave(user, bell)
        gone.cancel()
        with contextlib.suppress(OSError, RuntimeError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _say(send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]})
    await send({"type": "http.response.body", "body": b""})


async def _until_gone(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _who(scope) -> str | None:
    """Key of the person whose session the cookie names; None when nobody is signed in."""
    from importlib import import_module

    from django.contrib.auth import get_user

    close_old_connections()
    try:
        raw = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
        cookie = SimpleCookie(raw).get(settings.SESSION_COOKIE_NAME)
        if cookie is None:
            return None
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(cookie.value)
        user = get_user(request)
        return str(user.pk) if user.is_authenticated else None
    except CookieError:
        return None
    finally:
        connection.close()


def _address() -> dict:
    """What libpq needs to reach the database of the pages."""
    found = connection.settings_dict
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {k: v for k, v in found["OPTIONS"].items() if k in ("sslmode", "sslrootcert", "sslcert", "sslkey")}
    return {name: found[key] for name, key in named.items() if found.get(key)} | options
