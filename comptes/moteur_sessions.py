"""Django's database sessions, known to the database by the hash of their key only.

The key is what a browser proves itself with: in clear, whoever read a backup could take a live
session over. The browser keeps the key, the table keeps its SHA-256.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as SessionsEnBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

LONGUEUR = 40  # characters of the column; 160 bits of the hash


def empreinte(cle: str | None) -> str:
    """What the table knows of a session key."""
    return hashlib.sha256((cle or "").encode()).hexdigest()[:LONGUEUR]


class SessionStore(SessionsEnBase):
    def _get_session_from_db(self) -> Any:
        trouvee = self.model.objects.filter(
            session_key=empreinte(self.session_key), expire_date__gt=timezone.now()
        ).first()
        if trouvee is None:
            self._session_key = None
        return trouvee

    def exists(self, session_key: str) -> bool:
        return bool(self.model.objects.filter(session_key=empreinte(session_key)).exists())

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        instance = super().create_model_instance(data)
        instance.session_key = empreinte(instance.session_key)
        return instance

    def delete(self, session_key: str | None = None) -> None:
        cle = session_key or self.session_key
        if cle is not None:
            self.model.objects.filter(session_key=empreinte(cle)).delete()
