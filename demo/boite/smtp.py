"""The SMTP side: accepts everything, answers 250 once the message is on the disk."""

from __future__ import annotations

import asyncio
import logging
import socket
import sqlite3
from collections.abc import Awaitable

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.boite.courriels import lire_courriel
from demo.boite.depot import Depot

TAILLE_MAXIMALE = 10_000_000
"""Bytes of one e-mail."""

journal = logging.getLogger("demo.boite")


class Recepteur:
    """aiosmtpd's handler."""

    def __init__(self, depot: Depot) -> None:
        self._depot = depot

    async def handle_DATA(self, serveur: SMTP, session: Session, enveloppe: Envelope) -> str:
        contenu = enveloppe.original_content or b""
        messages = lire_courriel(contenu, enveloppe.mail_from or "", list(enveloppe.rcpt_tos))
        try:
            await asyncio.to_thread(self._depot.ajouter, *messages)
        except sqlite3.Error:
            journal.exception("courriel refusé")
            return "451 4.3.0 message non enregistre, reessayez"
        return "250 2.0.0 recu"


class Ecoute(Controller):
    """Listens on a socket already taken, hence on a known port, in a thread of its own."""

    def __init__(self, depot: Depot, prise: socket.socket) -> None:
        self._prise = prise
        hote, port = prise.getsockname()
        super().__init__(
            Recepteur(depot),
            hostname=hote,
            port=port,
            data_size_limit=TAILLE_MAXIMALE,
            enable_SMTPUTF8=True,
            ident="boite de demonstration",
        )

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._prise)


def ouvrir(depot: Depot, hote: str, port: int) -> Ecoute:
    """Listens until `stop()`; `port` 0 takes a free one. OSError when the port is taken."""
    ecoute = Ecoute(depot, socket.create_server((hote, port)))
    ecoute.start()
    return ecoute
