"""Files of the record: encrypted before they leave the process, written once, never half.

A file's key in the storage is its uuid; what it is about is only known to its document.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from mes.socle.coffres import Coffre
from mes.socle.uuid7 import uuid7


class FichierAbsent(Exception):
    """The storage does not have this file: an incident, never a person's mistake."""


def _stockage() -> Storage:
    return storages["documents"]


def chemin(fichier_id: UUID) -> str:
    """Storage key: spread over 256 folders by the random end of the uuid."""
    nom = fichier_id.hex
    return f"{nom[-2:]}/{nom}"


def _lieu(fichier_id: UUID) -> str:
    return f"dossier.fichier:{fichier_id}"


def ecrire(octets: bytes, coffre: Coffre) -> UUID:
    """Seals and stores; on disk when it returns (fsync). Returns the file's uuid."""
    fichier_id = uuid7()
    stockage = _stockage()
    nom = stockage.save(
        chemin(fichier_id), ContentFile(coffre.sceller(octets, lieu=_lieu(fichier_id)))
    )
    try:
        local = stockage.path(nom)
    except NotImplementedError:
        return fichier_id  # an object store acknowledges what it has kept
    _synchroniser(local)
    return fichier_id


def _synchroniser(local: str) -> None:
    for cible in (local, os.path.dirname(local)):
        descripteur = os.open(cible, os.O_RDONLY)
        try:
            os.fsync(descripteur)
        finally:
            os.close(descripteur)


def lire(fichier_id: UUID, coffre: Coffre) -> bytes:
    """The clear bytes. Raises FichierAbsent, ChiffrementInvalide."""
    try:
        with _stockage().open(chemin(fichier_id), "rb") as flux:
            scelle = flux.read()
    except FileNotFoundError as erreur:
        raise FichierAbsent(str(fichier_id)) from erreur
    return coffre.desceller(scelle, lieu=_lieu(fichier_id))


def stockes() -> Iterator[UUID]:
    """Every file of ours in the storage; what does not bear one of our names is not ours."""
    stockage = _stockage()
    try:
        dossiers = stockage.listdir("")[0]
    except FileNotFoundError:
        return  # nothing was ever written there
    for dossier in dossiers:
        for nom in stockage.listdir(dossier)[1]:
            try:
                fichier_id = UUID(hex=nom)
            except ValueError:
                continue
            if chemin(fichier_id) == f"{dossier}/{nom}":
                yield fichier_id


def effacer(fichier_id: UUID) -> None:
    _stockage().delete(chemin(fichier_id))
