"""What Django's system checks say of the journal: `check --database default`, and `migrate`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.utils import timezone

from journal.conservation import partition_manquante


@register(Tags.database)
def partitions_preparees(
    app_configs: Any, *, databases: Sequence[str] | None = None, **options: Any
) -> list[CheckMessage]:
    """Warns when beat has not prepared next month's partition of the security journal."""
    messages: list[CheckMessage] = []
    for alias in databases or ():
        if mois := partition_manquante(timezone.localdate(), alias):
            messages.append(
                Warning(
                    f"Le journal de sécurité n'a pas de partition pour {mois:%Y-%m}.",
                    hint="Le planificateur la crée (journal.preparer_partitions) : tourne-t-il ?",
                    id="journal.W001",
                )
            )
    return messages
