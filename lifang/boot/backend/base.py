import select

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at the socket before a request instead of asking the server a question."""

    def is_usable(self) -> bool:
        """A server that went away has closed its end or said why: on an idle line there is something to read."""
        line = self.connection
        if line is None or line.closed:
            return False
        watch = select.poll()
        watch.register(line.fileno(), select.POLLIN)
        return not watch.poll(0) or self._answers()

    def _answers(self) -> bool:
        """It may only have told of what we listen to; that is taken in, then."""
        try:
            self.connection.execute("SELECT")
        except psycopg.Error:
            return False
        return True
