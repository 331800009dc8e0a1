"""The stream of knocks: for the signed-in person alone, at once, and closed when the server stops."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from mainspring.kernel.models import Notification, User
from mainspring.site import push

WAIT_SECONDS = 10


class Page:
    """A page that listens."""

    def __init__(self, door, cookie: str = ""):
        self.said, self.leaves, self.news = [], asyncio.Event(), asyncio.Event()
        headers = [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())] if cookie else []
        scope = {"type": "http", "path": push.PATH, "headers": headers}
        self.task = asyncio.create_task(door(scope, self._receive, self._send))

    async def _receive(self):
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        self.said.append(message.get("status") or message["body"].decode())
        self.news.set()

    async def hears(self, text) -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            while text not in self.said:
                self.news.clear()
                await self.news.wait()


KNOCK = "event: knock\ndata: news\n\n"


@pytest.fixture
def people(transactional_db):
    """Two people with a session each: {name: session key}."""
    found = {}
    for name in ("ona", "jonas"):
        user = User.objects.create(username=name)
        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session.save()
        found[name] = session.session_key
    return found


def tell(name: str) -> None:
    Notification.objects.create(user=User.objects.get(username=name), kind="task", title="Look")


def test_news_knock_at_the_page_of_the_person_and_no_other(people):
    async def play():
        door = push.door(None)
        ona, jonas, nobody = Page(door, people["ona"]), Page(door, people["jonas"]), Page(door)
        await nobody.hears(403)
        for page in (ona, jonas):
            await page.hears(KNOCK)  # what came before the stream was there is looked up once
            page.said.clear()
        await sync_to_async(tell)("ona")
        await ona.hears(KNOCK)
        assert KNOCK not in jonas.said
        jonas.leaves.set()
        await asyncio.wait_for(jonas.task, WAIT_SECONDS)
        await sync_to_async(push.close_streams)()
        await asyncio.wait_for(ona.task, WAIT_SECONDS)
        late = Page(door, people["ona"])
        await late.hears(503)

    with ThreadPoolExecutor(1) as apart:  # another test of this process may have left a loop running here
        apart.submit(asyncio.run, play()).result()
