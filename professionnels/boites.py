"""The MSSanté box where a professional is written to."""

from __future__ import annotations

from uuid import UUID

from professionnels.models import BoiteMSS, TypeBoite


def boite_personnelle(professionnel_id: UUID) -> BoiteMSS | None:
    """The personal box in service, on the red list or not (it is written to, never shown)."""
    return (
        BoiteMSS.objects.en_service()
        .filter(professionnel_id=professionnel_id, type=TypeBoite.PERSONNELLE)
        .order_by("adresse")
        .first()
    )
