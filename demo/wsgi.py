"""The product's WSGI application, in a process that dies with the web server that started it.

Killed, granian's main process leaves its workers alive. The supervisor sweeps them, unless it was
killed in the same breath: they would keep the port, in front of a database that is gone.
"""

import signal

from demo.serveurs import mourir_avec_le_parent

mourir_avec_le_parent(signal.SIGKILL)

from mes.wsgi import application  # noqa: E402

__all__ = ["application"]
