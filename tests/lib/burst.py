"""burst.py - a thousand requests in flight, and what restarts meanwhile."""
import asyncio
import uuid

from . import http
from .tap import is_, ok

REQUESTS = 1000
AT = (50, 400, 700)    # how many are answered when it restarts, and restarts again


class Burst:
    """Requests that are all sent before the first is answered."""

    def __init__(self, site, visitors):
        self.site, self.answers, self.marker, self.sent = site, [], uuid.uuid4().hex, 0
        self.requests = [self.request(*visitors[i % len(visitors)], i) for i in range(REQUESTS)]

    def request(self, v, conversation, number):
        body = b'{"content": "%s %d"}' % (self.marker.encode(), number)
        return http.render("POST", "%s/conversations/%s/messages" % (self.site.base, conversation), [
            *v.headers.items(), ("Content-Type", "application/json")], body, "127.0.0.1")

    async def one(self, request):
        try:
            reader, writer = await asyncio.open_connection(*self.site.address)
            writer.write(request)
            await writer.drain()
            self.sent += 1
            answer = http.parse("POST", "", await reader.read())
            self.answers.append((answer.status, "" if answer.status == 201 else answer.body[:200]))
            writer.close()
        except (OSError, ValueError) as error:
            self.answers.append((None, repr(error)))

    async def all(self, restart):
        tasks = [asyncio.create_task(self.one(request)) for request in self.requests]
        for count in AT:
            while len(self.answers) < count:
                await asyncio.sleep(0.002)
            await asyncio.get_running_loop().run_in_executor(None, restart)
        await asyncio.gather(*tasks)


def survives(name, site, what, restart):
    """Restarts in the middle of a burst; returns the workers that there were."""
    app = site.new_app()
    app.limit(second=10000, minute=100000, hour=100000)
    visitors = [(v, v.start()["id"]) for v in (app.visitor() for _ in range(20))]
    before = set(site.server.workers())
    burst = Burst(site, visitors)
    asyncio.run(burst.all(restart))
    failed = [answer for answer in burst.answers if answer[0] != 201]
    ok(len(burst.answers) == REQUESTS and not failed, "%s: of %d requests in flight none fails when %s %d times" % (
        name, REQUESTS, what, len(AT)), "%d answers, %d failed" % (len(burst.answers), len(failed)), failed[:5])
    is_(site.sql("SELECT count(*) FROM foyer.message WHERE content LIKE '%s %%'" % burst.marker), str(REQUESTS),
        "%s: and each of them was done once" % name)
    return before
