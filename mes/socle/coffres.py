"""The data keys of an espace: made with it, read wrapped, erased to end the life of what they seal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from uuid import UUID

from django.db import models

from mes.socle.chiffrement import ChiffrementInvalide, Cle
from mes.socle.models import CleIdentite, CleJournal, CleMedicale, CleSysteme
from mes.socle.trousseau import trousseau

ModeleCle = type[CleIdentite] | type[CleMedicale] | type[CleJournal]

MODELES: tuple[ModeleCle, ...] = (CleIdentite, CleMedicale, CleJournal)


class Coffre(Protocol):
    """What seals and opens: a data key, or the keyring itself for what has no espace."""

    def sceller(self, clair: bytes, *, lieu: str) -> bytes: ...

    def desceller(self, scelle: bytes, *, lieu: str) -> bytes: ...

    def sceller_json(self, clair: Mapping[str, Any], *, lieu: str) -> bytes: ...

    def desceller_json(self, scelle: bytes, *, lieu: str) -> dict[str, Any]: ...


class CleAbsente(ChiffrementInvalide):
    """The espace has no such key here: never made, destroyed, or behind the wall."""


def _lieu(modele: type[models.Model], espace_id: UUID) -> str:
    # Frozen labels: they are part of what was sealed and survive any renaming of the code.
    noms = {CleIdentite: "identite", CleMedicale: "medicale", CleJournal: "journal"}
    return f"cle.{noms[modele]}:{espace_id}"  # type: ignore[index]


def envelopper(modele: ModeleCle, espace_id: UUID, cle: Cle) -> bytes:
    return trousseau().sceller(cle.octets, lieu=_lieu(modele, espace_id))


def ouvrir_enveloppe(modele: ModeleCle, espace_id: UUID, enveloppe: bytes) -> Cle:
    return Cle(1, trousseau().desceller(bytes(enveloppe), lieu=_lieu(modele, espace_id)))


def creer_cles(espace_id: UUID) -> None:
    """Makes the three data keys of a new espace; the wall must be open for writing it."""
    for modele in MODELES:
        enveloppe = envelopper(modele, espace_id, Cle.nouvelle())
        modele(espace_id=espace_id, enveloppe=enveloppe).save(force_insert=True)


def coffre(modele: ModeleCle, espace_id: UUID) -> Cle:
    """The key of one espace. Raises CleAbsente."""
    cles = coffres(modele, [espace_id])
    if espace_id not in cles:
        raise CleAbsente("clé absente")
    return cles[espace_id]


def coffres(modele: ModeleCle, espaces: Iterable[UUID]) -> dict[UUID, Cle]:
    """The keys of several espaces in one query; those without a key are left out."""
    lignes = modele.objects.filter(espace_id__in=list(espaces)).values_list(
        "espace_id", "enveloppe"
    )
    return {
        espace_id: ouvrir_enveloppe(modele, espace_id, bytes(enveloppe))
        for espace_id, enveloppe in lignes
    }


CLE_JOURNAL_SECURITE = "journal.securite"


def cle_systeme(nom: str) -> Cle:
    """The product's own data key of that name, made the first time it is asked for.

    The security journal is append-only: its lines could not be sealed again at a rotation, so they
    are sealed by a data key, and it is the wrapping of that key which is renewed.
    """
    ligne = CleSysteme.objects.filter(nom=nom).first()
    if ligne is None:
        neuve = trousseau().sceller(Cle.nouvelle().octets, lieu=lieu_systeme(nom))
        CleSysteme.objects.bulk_create(
            [CleSysteme(nom=nom, enveloppe=neuve)], ignore_conflicts=True
        )
        ligne = CleSysteme.objects.get(nom=nom)
    return Cle(1, trousseau().desceller(bytes(ligne.enveloppe), lieu=lieu_systeme(nom)))


def lieu_systeme(nom: str) -> str:
    return f"cle.systeme:{nom}"
