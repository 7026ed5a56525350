"""ledger.py - what a request has written, or that it has written nothing."""

# Every request that is admitted counts, and makes its visitor exist.
APART = ("rate_counter", "rate_chunk", "visitor")


class Ledger:
    """Notices every row version that comes or goes in a database, but for the limiter's."""

    def __init__(self, database):
        self.session = database.session()
        tables = self.session.run("SELECT relname FROM pg_class WHERE relkind = 'r' "
                                  "AND relnamespace = 'foyer'::regnamespace ORDER BY 1").split()
        self.query = " UNION ALL ".join(
            "SELECT '{0}', count(*), sum(hashtextextended(concat(t.xmin, t.ctid), 0)) FROM foyer.{0} AS t".format(table)
            for table in tables if table not in APART)
        self.state = self.session.run(self.query)

    def changed(self):
        """Whether something has been written since the last time."""
        before, self.state = self.state, self.session.run(self.query)
        return before != self.state

    def close(self):
        self.session.close()
