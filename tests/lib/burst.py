"""burst.py - a thousand requests in flight, and what restarts meanwhile."""
import asyncio
import collections
import uuid

from . import http
from .tap import figures, is_, ok

REQUESTS = 1000
AT = (50, 400, 700)    # how many are answered when it restarts, and restarts again
PATIENCE = 20    # seconds until a client gives up
RETRIES = 20


class Burst:
    """Requests that are all sent before the first is answered. Each has an Idempotency-Key."""

    def __init__(self, site, visitors):
        self.site, self.answers, self.marker = site, [], uuid.uuid4().hex
        self.requests = [self.request(*visitors[i % len(visitors)], i) for i in range(REQUESTS)]

    def request(self, v, conversation, number):
        body = b'{"content": "%s %d"}' % (self.marker.encode(), number)
        return http.render("POST", "%s/conversations/%s/messages" % (self.site.base, conversation), [
            *v.headers.items(), ("Content-Type", "application/json"), ("Idempotency-Key", str(uuid.uuid4()))], body,
            "127.0.0.1")

    async def one(self, number):
        """Sends a request once: the status, or what happened instead of an answer."""
        try:
            return await asyncio.wait_for(self.exchange(self.requests[number]), PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            return type(error).__name__

    async def exchange(self, request):
        reader, writer = await asyncio.open_connection(*self.site.address)
        try:
            writer.write(request)
            await writer.drain()
            return http.parse("POST", "", await reader.read()).status
        finally:
            writer.close()

    async def first(self, number):
        self.answers.append((number, await self.one(number)))

    async def all(self, restart):
        tasks = [asyncio.create_task(self.first(number)) for number in range(REQUESTS)]
        for count in AT:
            while len(self.answers) < count:
                await asyncio.sleep(0.002)
            await asyncio.get_running_loop().run_in_executor(None, restart)
        await asyncio.gather(*tasks)

    def failed(self):
        return [(number, answer) for number, answer in self.answers if answer != 201]

    async def again(self, number):
        """Retries with the same key, as often as clients may have to."""
        for _ in range(RETRIES):
            answer = await self.one(number)
            if answer == 201:
                break
            await asyncio.sleep(0.5)
        return number, answer

    async def retry(self):
        self.answers = await asyncio.gather(*(self.again(number) for number, _ in self.failed()))


def survives(name, site, what, restart, lossless=True):
    """Restarts in the middle of a burst; returns the workers that there were. Where a restart may lose requests, what
    is lost has failed with 503 or without an answer, and is done by a retry."""
    app = site.new_app()
    app.limit(second=10000, minute=100000, hour=100000)
    visitors = [(v, v.start()["id"]) for v in (app.visitor() for _ in range(20))]
    before = set(site.server.workers())
    burst = Burst(site, visitors)
    asyncio.run(burst.all(restart))
    failed, situation = burst.failed(), "%s: of %d requests in flight when %s %d times" % (
        name, REQUESTS, what, len(AT))
    is_(len(burst.answers), REQUESTS, situation + " each comes to an end")
    if lossless:
        is_(failed, [], situation + " none fails")
    else:
        figures("%s %d fail: %s" % (situation, len(failed), dict(collections.Counter(how for _, how in failed))))
        ok(all(how == 503 or isinstance(how, str) for _, how in failed), situation +
           " those that fail are 503 or have no answer",
           failed[:5])
        asyncio.run(burst.retry())
        is_(burst.failed(), [], situation + " those that fail succeed when they are sent again")
    is_(site.sql("SELECT count(*) FROM foyer.message WHERE content LIKE '%s %%'" % burst.marker), str(REQUESTS),
        "%s: and each of them was done once" % name)
    return before
