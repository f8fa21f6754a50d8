"""Model fields of the house."""

from __future__ import annotations

from typing import Any

from django.db import models

from mes.socle.uuid7 import uuid7


class CleUUID7(models.UUIDField):  # type: ignore[type-arg]
    """Primary key: a UUIDv7 made in Python, so that a row is known before it is written."""

    def __init__(self, **options: Any) -> None:
        options.update(primary_key=True, default=uuid7, editable=False)
        super().__init__(**options)

    def deconstruct(self) -> Any:
        nom, chemin, positionnels, options = super().deconstruct()
        for cle in ("primary_key", "default", "editable", "serialize"):
            options.pop(cle, None)
        return nom, chemin, positionnels, options


class ChampScelle(models.BinaryField):  # type: ignore[type-arg]
    """A sealed value (`chiffrement`): opaque bytes for the database."""


class IndexAveugle(models.BinaryField):  # type: ignore[type-arg]
    """A blind index: 32 bytes of HMAC-SHA-256, searched by equality only."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 32)
        options.setdefault("editable", False)
        super().__init__(**options)
