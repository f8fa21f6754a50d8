"""Verifying the chains: the first altered, missing or reordered line is named (R-TRA-06)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from django.db import transaction
from django.db.models import QuerySet

from journal import chaines
from journal.inscription import lieu_securite, nom_de_chaine, texte_de, texte_securite
from journal.lecture import LigneAlteree, ouvrir_ligne
from journal.models import Ligne, LigneSecurite, PointControle, TeteChaine, TeteSecurite
from mes.socle import coffres, mur
from mes.socle.chiffrement import ChiffrementInvalide, Cle, json_canonique
from mes.socle.models import CleJournal
from mes.socle.trousseau import cle_de_signature

L = TypeVar("L", Ligne, LigneSecurite)


@dataclass(frozen=True, slots=True)
class Anomalie:
    """What is wrong, in which chain, at which number."""

    chaine: str
    numero: int
    nature: str


@dataclass(frozen=True, slots=True)
class Tete:
    """The head of a chain, as read by a role that no wall stops."""

    espace_id: UUID
    chaine: str
    numero: int
    empreinte: bytes


def verifier_chaine(tete: Tete) -> Anomalie | None:
    """Walks one chain of one espace from its origin; None when it is whole."""
    ici = [tete.espace_id]
    with transaction.atomic(), mur.ouvrir(journal_lu=ici, journal_reserve=ici):
        cle = coffres.coffres(CleJournal, ici).get(tete.espace_id)
        points = {
            point.numero: point
            for point in PointControle.objects.filter(espace_id=tete.espace_id, chaine=tete.chaine)
        }
        nom = nom_de_chaine(tete.espace_id, tete.chaine)

        def defaut(ligne: Ligne, empreinte: bytes) -> str:
            if cle is not None and (altere := _texte_altere(ligne, cle)):
                return altere
            point = points.get(ligne.numero)
            if point is not None and not _point_valide(point, empreinte, nom):
                return "point de contrôle contredit"
            return ""

        lignes = Ligne.objects.filter(espace_id=tete.espace_id, chaine=tete.chaine)
        return _marcher(nom, lignes, tete.numero, tete.empreinte, defaut)


def _marcher(
    nom: str,
    lignes: QuerySet[L],
    numero: int,
    empreinte: bytes,
    defaut: Callable[[L, bytes], str],
) -> Anomalie | None:
    """Walks a chain to its head (`numero`, `empreinte`); `defaut` says what is wrong with a line.

    Names the first line that is altered, missing or out of order, and a head that announces more.
    """
    precedente = chaines.origine(nom)
    attendu = 1
    for ligne in lignes.order_by("numero").iterator(chunk_size=2000):
        if ligne.numero != attendu:
            return Anomalie(nom, attendu, "ligne manquante")
        suivante = chaines.suivante(precedente, attendu, bytes(ligne.engagement))
        if suivante != bytes(ligne.empreinte):
            return Anomalie(nom, attendu, "chaîne rompue")
        if trouve := defaut(ligne, suivante):
            return Anomalie(nom, attendu, trouve)
        precedente = suivante
        attendu += 1
    if attendu - 1 < numero:
        return Anomalie(nom, attendu, "moins de lignes que la tête n'en annonce")
    if attendu - 1 == numero and precedente != empreinte:
        return Anomalie(nom, numero, "la tête ne correspond pas à la dernière ligne")
    return None


def _texte_altere(ligne: Ligne, cle: Cle) -> str:
    """What is wrong with the sealed text, or "". Every clear column is repeated in the text."""
    try:
        texte = ouvrir_ligne(ligne, cle)
    except (LigneAlteree, ChiffrementInvalide):
        return "texte altéré"
    colonnes = texte_de(
        espace_id=ligne.espace_id,
        chaine=ligne.chaine,
        inscrite_le=ligne.inscrite_le,
        fait=ligne.fait,
        acteur_genre=ligne.acteur_genre,
        acteur_id=ligne.acteur_id,
        structure_id=ligne.structure_id,
        objet_id=ligne.objet_id,
        mode=ligne.mode,
        acteur=texte["acteur"],
        details=texte["details"],
    )
    return "" if colonnes == texte else "colonne altérée"


def _point_valide(point: PointControle, empreinte: bytes, nom: str) -> bool:
    signe = chaines.texte_signe(nom, point.numero, bytes(point.empreinte), point.signe_le)
    try:
        cle_de_signature().public_key().verify(bytes(point.signature), signe)
    except InvalidSignature:
        return False
    return bytes(point.empreinte) == empreinte


def verifier_securite(jour: date, numero: int, empreinte: bytes) -> Anomalie | None:
    """Walks the security journal's chain of one day."""
    cle = coffres.cle_systeme(coffres.CLE_JOURNAL_SECURITE)
    lignes = LigneSecurite.objects.filter(jour=jour)
    return _marcher(
        f"securite:{jour}",
        lignes,
        numero,
        empreinte,
        lambda ligne, _: _securite_alteree(ligne, cle),
    )


def _securite_alteree(ligne: LigneSecurite, cle: Cle) -> str:
    """What is wrong with the sealed text of a refusal, or ""."""
    try:
        clair = cle.desceller(bytes(ligne.scelle), lieu=lieu_securite(ligne.pk))
    except ChiffrementInvalide:
        return "texte altéré"
    sel, canonique = clair[: chaines.TAILLE_SEL], clair[chaines.TAILLE_SEL :]
    if chaines.engagement(sel, canonique) != bytes(ligne.engagement):
        return "texte altéré"
    colonnes = texte_securite(
        inscrite_le=ligne.inscrite_le,
        fait=ligne.fait,
        motif=ligne.motif,
        acteur_genre=ligne.acteur_genre,
        acteur_id=ligne.acteur_id,
        espace_id=ligne.espace_id,
        objet_id=ligne.objet_id,
        details=json.loads(canonique)["details"],
    )
    return "" if json_canonique(colonnes) == canonique else "colonne altérée"


def tetes(alias: str) -> Iterator[Tete]:
    """The heads of every chain, read through `alias` (mes_comptage when configured)."""
    champs = ("espace_id", "chaine", "numero", "empreinte")
    lignes = TeteChaine.objects.using(alias).order_by("espace_id", "chaine").values_list(*champs)
    for espace_id, chaine, numero, empreinte in lignes.iterator(chunk_size=2000):
        yield Tete(espace_id, chaine, numero, bytes(empreinte))


def tetes_securite(alias: str) -> Sequence[tuple[date, int, bytes]]:
    lignes = TeteSecurite.objects.using(alias).order_by("jour")
    return [(tete.jour, tete.numero, bytes(tete.empreinte)) for tete in lignes]
