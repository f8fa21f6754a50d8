"""The messages received, in a file that survives restarts and never grows without end."""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

LIMITE = 5_000
"""Messages kept: the oldest give way."""

COURRIEL = "courriel"
SMS = "sms"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    rang INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    canal TEXT NOT NULL,
    destinataire TEXT NOT NULL,
    expediteur TEXT NOT NULL,
    objet TEXT NOT NULL,
    texte TEXT NOT NULL,
    html TEXT NOT NULL,
    message_id TEXT NOT NULL,
    recu_le TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS message_destinataire ON message (destinataire COLLATE NOCASE);
CREATE TRIGGER IF NOT EXISTS message_immuable BEFORE UPDATE ON message
BEGIN SELECT RAISE(ABORT, 'un message recu ne change plus'); END;
"""
_CHAMPS = (
    "id",
    "canal",
    "destinataire",
    "expediteur",
    "objet",
    "texte",
    "html",
    "message_id",
    "recu_le",
)


class IdentifiantRepris(Exception):
    """This identifier was already used for a message that says something else."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message for one recipient; a letter to three people is three of them."""

    id: str
    canal: str
    """`courriel` or `sms`."""
    destinataire: str
    expediteur: str
    objet: str
    texte: str
    html: str
    """Empty when the e-mail has no HTML part."""
    message_id: str
    """Header Message-ID of the e-mail, with its angle brackets; empty for an SMS."""
    recu_le: str
    """ISO 8601, UTC."""


def maintenant() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def nouvel_identifiant() -> str:
    return str(uuid.uuid4())


class Depot:
    """Thread-safe. What `ajouter` accepted is on the disk."""

    def __init__(self, fichier: Path, limite: int = LIMITE) -> None:
        self._verrou = threading.Lock()
        self._limite = limite
        self._base = sqlite3.connect(fichier, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=FULL")
        self._base.executescript(_SCHEMA)

    def fermer(self) -> None:
        with self._verrou:
            self._base.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._verrou:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
            except BaseException:
                self._base.execute("ROLLBACK")
                raise
            self._base.execute("COMMIT")

    def ajouter(self, *messages: Message) -> bool:
        """Keeps the messages, all or none; True when at least one was not known yet.

        A known identifier with the same recipient and text is the same message sent again: nothing
        changes. With another recipient or text: IdentifiantRepris.
        """
        nouveau = False
        with self._transaction() as base:
            for message in messages:
                connu = base.execute(
                    "SELECT canal, destinataire, texte FROM message WHERE id = ?", (message.id,)
                ).fetchone()
                if connu is None:
                    valeurs = asdict(message)
                    base.execute(
                        f"INSERT INTO message ({', '.join(_CHAMPS)}) "  # noqa: S608  # our names
                        f"VALUES ({', '.join('?' * len(_CHAMPS))})",
                        [valeurs[champ] for champ in _CHAMPS],
                    )
                    nouveau = True
                elif connu != (message.canal, message.destinataire, message.texte):
                    raise IdentifiantRepris(message.id)
            base.execute(
                "DELETE FROM message WHERE rang <= (SELECT MAX(rang) FROM message) - ?",
                (self._limite,),
            )
        return nouveau

    def messages(self, destinataire: str | None = None) -> list[Message]:
        """The newest first; of one recipient only, whatever the case, when given."""
        filtre, valeurs = "", []
        if destinataire is not None:
            filtre, valeurs = "WHERE destinataire = ? COLLATE NOCASE", [destinataire]
        return self._lire(f"{filtre} ORDER BY rang DESC", valeurs)

    def message(self, identifiant: str) -> Message | None:
        trouves = self._lire("WHERE id = ?", [identifiant])
        return trouves[0] if trouves else None

    def _lire(self, suite: str, valeurs: list[str]) -> list[Message]:
        with self._verrou:
            lignes = self._base.execute(
                f"SELECT {', '.join(_CHAMPS)} FROM message {suite}",  # noqa: S608  # our names
                valeurs,
            ).fetchall()
        return [Message(*ligne) for ligne in lignes]

    def vider(self) -> None:
        with self._transaction() as base:
            base.execute("DELETE FROM message")
