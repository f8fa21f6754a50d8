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
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from journal import chaines
from journal.conservation import mois_de_conservation, premier_jour_garde
from journal.faits import Chaine, Fait
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


class Rupture(Exception):
    """A chain is not what its head, its checkpoints or its own lines say."""

    def __init__(self, chaine: str, numero: int, nature: str) -> None:
        super().__init__(f"{chaine} n° {numero} : {nature}")
        self.anomalie = Anomalie(chaine, numero, nature)


def verifier_chaine(tete: Tete) -> Anomalie | None:
    """Walks one chain of one espace from its origin; None when it is whole.

    Without the journal key, links and checkpoints alone are verified: what was destroyed at the end
    of its legal life (R-TRA-09) has left a JOURNAL_CLOS line; otherwise the missing key is said.
    """
    ici = [tete.espace_id]
    with transaction.atomic(), mur.ouvrir(journal_lu=ici, journal_reserve=ici):
        cle = coffres.coffres(CleJournal, ici).get(tete.espace_id)
        try:
            for _ in lignes_verifiees(tete, cle):
                pass
        except Rupture as rupture:
            return rupture.anomalie
        if cle is None and not est_clos(tete.espace_id):
            nom = nom_de_chaine(tete.espace_id, tete.chaine)
            return Anomalie(nom, tete.numero, "clé absente d'un journal qui n'est pas clos")
    return None


def est_clos(espace_id: UUID) -> bool:
    """Whether the last line of the espace's journal says that its key is destroyed."""
    return Ligne.objects.filter(
        espace_id=espace_id, chaine=Chaine.VISIBLE, fait=Fait.JOURNAL_CLOS
    ).exists()


def lignes_verifiees(tete: Tete, cle: Cle | None) -> Iterator[Ligne]:
    """The lines of a chain up to its head, in order, each verified before it is given.

    Asked where the journal is open for reading. Raises Rupture at the first line that is altered,
    missing, out of order or contradicted by a signed checkpoint.
    """
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
    yield from _marcher(nom, lignes, tete.numero, tete.empreinte, defaut)
    annonce = max(points, default=0)
    if annonce > tete.numero and annonce > _numero_actuel(tete):
        # Lines and head were taken back together: only the signature remembers.
        raise Rupture(nom, tete.numero + 1, "moins de lignes qu'un point de contrôle n'en a signé")


def _numero_actuel(tete: Tete) -> int:
    """The head may have moved, and been signed, since it was read."""
    tetes_actuelles = TeteChaine.objects.filter(espace_id=tete.espace_id, chaine=tete.chaine)
    return max(tetes_actuelles.values_list("numero", flat=True), default=0)


def _marcher(
    nom: str,
    lignes: QuerySet[L],
    numero: int,
    empreinte: bytes,
    defaut: Callable[[L, bytes], str],
) -> Iterator[L]:
    """Walks a chain to its head (`numero`, `empreinte`); `defaut` says what is wrong with a line.

    Lines written since the head was read are left for the next walk.
    """
    precedente = chaines.origine(nom)
    attendu = 1
    a_lire = lignes.filter(numero__lte=numero).order_by("numero")
    for ligne in a_lire.iterator(chunk_size=2000):
        if ligne.numero != attendu:
            raise Rupture(nom, attendu, "ligne manquante")
        suivante = chaines.suivante(precedente, attendu, bytes(ligne.engagement))
        if suivante != bytes(ligne.empreinte):
            raise Rupture(nom, attendu, "chaîne rompue")
        if trouve := defaut(ligne, suivante):
            raise Rupture(nom, attendu, trouve)
        yield ligne
        precedente = suivante
        attendu += 1
    if attendu - 1 < numero:
        raise Rupture(nom, attendu, "moins de lignes que la tête n'en annonce")
    if precedente != empreinte:
        raise Rupture(nom, numero, "la tête ne correspond pas à la dernière ligne")


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


def est_purge(jour: date) -> bool:
    """Whether this day of the security journal is past its retention and its month is gone."""
    limite = premier_jour_garde(timezone.localdate(), mois_de_conservation())
    return jour < limite and not LigneSecurite.objects.filter(jour=jour).exists()


def verifier_securite(jour: date, numero: int, empreinte: bytes) -> Anomalie | None:
    """Walks the security journal's chain of one day."""
    cle = coffres.cle_systeme(coffres.CLE_JOURNAL_SECURITE)
    lignes = LigneSecurite.objects.filter(jour=jour)
    marche = _marcher(
        f"securite:{jour}",
        lignes,
        numero,
        empreinte,
        lambda ligne, _: _securite_alteree(ligne, cle),
    )
    try:
        for _ in marche:
            pass
    except Rupture as rupture:
        return rupture.anomalie
    return None


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


def sans_cle() -> int:
    """How many espaces have lines that nobody can read any more."""
    cles = CleJournal.objects.filter(espace_id=OuterRef("espace_id"))
    return TeteChaine.objects.filter(~Exists(cles)).values("espace_id").distinct().count()


def tetes(alias: str) -> Iterator[Tete]:
    """The heads of every chain, read through `alias` (mes_comptage when configured)."""
    champs = ("espace_id", "chaine", "numero", "empreinte")
    lignes = TeteChaine.objects.using(alias).order_by("espace_id", "chaine").values_list(*champs)
    for espace_id, chaine, numero, empreinte in lignes.iterator(chunk_size=2000):
        yield Tete(espace_id, chaine, numero, bytes(empreinte))


def tetes_securite(alias: str) -> Sequence[tuple[date, int, bytes]]:
    lignes = TeteSecurite.objects.using(alias).order_by("jour")
    return [(tete.jour, tete.numero, bytes(tete.empreinte)) for tete in lignes]
