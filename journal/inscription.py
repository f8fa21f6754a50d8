"""Writing the journal: one statement takes the next number, chains and inserts.

Called in the transaction of the act itself, last, so that the chain's head is held the shortest time.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from journal import chaines
from journal.faits import ActeurTrace, Chaine, Fait, FaitSecurite, GenreActeur
from mes.socle import coffres, mur
from mes.socle.chiffrement import Cle, json_canonique
from mes.socle.models import CleJournal
from mes.socle.uuid7 import uuid7


@dataclass(frozen=True, slots=True)
class Inscription:
    """A line to write. `details` is sealed: it may carry what the person reads (a title)."""

    fait: Fait
    acteur: ActeurTrace
    objet_id: UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    mode: str = ""
    reservee: bool = False

    @property
    def chaine(self) -> Chaine:
        return Chaine.RESERVEE if self.reservee else Chaine.VISIBLE


def nom_de_chaine(espace_id: UUID, chaine: str) -> str:
    return f"{espace_id}:{chaine}"


def lieu(ligne_id: UUID) -> str:
    return f"journal.ligne:{ligne_id}"


def lieu_securite(ligne_id: UUID) -> str:
    return f"journal.securite:{ligne_id}"


def _uuid(valeur: UUID | None) -> str | None:
    return None if valeur is None else str(valeur)


def texte_de(
    *,
    espace_id: UUID,
    chaine: str,
    inscrite_le: datetime,
    fait: str,
    acteur_genre: str,
    acteur_id: UUID | None,
    structure_id: UUID | None,
    objet_id: UUID | None,
    mode: str,
    acteur: Mapping[str, Any],
    details: Mapping[str, Any],
) -> dict[str, Any]:
    """The canonical text: every clear column is repeated in it, so that none can be altered alone."""
    return {
        "espace": str(espace_id),
        "chaine": str(chaine),
        "le": inscrite_le.isoformat(),
        "fait": str(fait),
        "acteur_genre": str(acteur_genre),
        "acteur_id": _uuid(acteur_id),
        "structure_id": _uuid(structure_id),
        "objet_id": _uuid(objet_id),
        "mode": mode,
        "acteur": dict(acteur),
        "details": dict(details),
    }


_INSERER_LIGNE = """
WITH tete AS (
    INSERT INTO journal_tetechaine AS t (id, espace_id, chaine, numero, empreinte)
    VALUES (%(tete_id)s, %(espace_id)s, %(chaine)s, 1, %(premiere)s)
    ON CONFLICT (espace_id, chaine) DO UPDATE
        SET numero = t.numero + 1,
            empreinte = sha256(t.empreinte || int8send(t.numero + 1) || %(engagement)s)
    RETURNING numero, empreinte
)
INSERT INTO journal_ligne (id, espace_id, chaine, numero, inscrite_le, fait, acteur_genre,
    acteur_id, structure_id, objet_id, mode, engagement, empreinte, scelle)
SELECT %(id)s, %(espace_id)s, %(chaine)s, tete.numero, %(inscrite_le)s, %(fait)s, %(acteur_genre)s,
    %(acteur_id)s, %(structure_id)s, %(objet_id)s, %(mode)s, %(engagement)s, tete.empreinte, %(scelle)s
FROM tete
"""


def inscrire(espace_id: UUID, *inscriptions: Inscription, cle: Cle | None = None) -> None:
    """Writes the lines in order. `cle` spares reading the espace's journal key again.

    Raises CleAbsente when the espace has no journal key: an act that can't be traced is not done.
    """
    if not inscriptions:
        return
    with mur.ouvrir(journal_ecrit=[espace_id]):
        inscrire_mur_ouvert(espace_id, inscriptions, cle=cle)


def inscrire_mur_ouvert(
    espace_id: UUID, inscriptions: tuple[Inscription, ...] | list[Inscription], *, cle: Cle | None
) -> None:
    """The same when the caller already opened the journal of the espace for writing."""
    cle = cle or coffres.coffre(CleJournal, espace_id)
    maintenant = timezone.now()
    with connection.cursor() as curseur:
        for inscription in inscriptions:
            curseur.execute(_INSERER_LIGNE, _parametres(espace_id, inscription, maintenant, cle))


def _parametres(
    espace_id: UUID, inscription: Inscription, inscrite_le: datetime, cle: Cle
) -> dict[str, Any]:
    ligne_id = uuid7()
    acteur = inscription.acteur
    colonnes: dict[str, Any] = {
        "chaine": str(inscription.chaine),
        "inscrite_le": inscrite_le,
        "fait": str(inscription.fait),
        "acteur_genre": str(acteur.genre),
        "acteur_id": acteur.id,
        "structure_id": acteur.structure_id,
        "objet_id": inscription.objet_id,
        "mode": inscription.mode,
    }
    texte = texte_de(
        espace_id=espace_id, acteur=acteur.en_clair(), details=inscription.details, **colonnes
    )
    sel = os.urandom(chaines.TAILLE_SEL)
    canonique = json_canonique(texte)
    engage = chaines.engagement(sel, canonique)
    depart = chaines.origine(nom_de_chaine(espace_id, inscription.chaine))
    return {
        **colonnes,
        "id": ligne_id,
        "tete_id": uuid7(),
        "espace_id": espace_id,
        "engagement": engage,
        "premiere": chaines.suivante(depart, 1, engage),
        "scelle": cle.sceller(sel + canonique, lieu=lieu(ligne_id)),
    }


_INSERER_SECURITE = """
WITH tete AS (
    INSERT INTO journal_tetesecurite AS t (jour, numero, empreinte)
    VALUES (%(jour)s, 1, %(premiere)s)
    ON CONFLICT (jour) DO UPDATE
        SET numero = t.numero + 1,
            empreinte = sha256(t.empreinte || int8send(t.numero + 1) || %(engagement)s)
    RETURNING numero, empreinte
)
INSERT INTO journal_lignesecurite (id, jour, numero, inscrite_le, fait, motif, acteur_genre,
    acteur_id, espace_id, objet_id, engagement, empreinte, scelle)
SELECT %(id)s, %(jour)s, tete.numero, %(inscrite_le)s, %(fait)s, %(motif)s, %(acteur_genre)s,
    %(acteur_id)s, %(espace_id)s, %(objet_id)s, %(engagement)s, tete.empreinte, %(scelle)s
FROM tete
"""


def inscrire_securite(
    fait: FaitSecurite,
    *,
    motif: str = "",
    acteur_genre: GenreActeur | None = None,
    acteur_id: UUID | None = None,
    espace_id: UUID | None = None,
    objet_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Writes a line of the security journal (R-TRA-10), in the current transaction."""
    ligne_id = uuid7()
    maintenant = timezone.now()
    jour = maintenant.date()
    colonnes: dict[str, Any] = {
        "fait": str(fait),
        "motif": motif,
        "acteur_genre": "" if acteur_genre is None else str(acteur_genre),
        "acteur_id": acteur_id,
        "espace_id": espace_id,
        "objet_id": objet_id,
    }
    canonique = json_canonique(
        texte_securite(inscrite_le=maintenant, details=details or {}, **colonnes)
    )
    sel = os.urandom(chaines.TAILLE_SEL)
    engage = chaines.engagement(sel, canonique)
    with connection.cursor() as curseur:
        curseur.execute(
            _INSERER_SECURITE,
            {
                **colonnes,
                "id": ligne_id,
                "jour": jour,
                "inscrite_le": maintenant,
                "engagement": engage,
                "premiere": chaines.suivante(chaines.origine(f"securite:{jour}"), 1, engage),
                "scelle": coffres.cle_systeme(coffres.CLE_JOURNAL_SECURITE).sceller(
                    sel + canonique, lieu=lieu_securite(ligne_id)
                ),
            },
        )


def texte_securite(
    *,
    inscrite_le: datetime,
    fait: str,
    motif: str,
    acteur_genre: str,
    acteur_id: UUID | None,
    espace_id: UUID | None,
    objet_id: UUID | None,
    details: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "le": inscrite_le.isoformat(),
        "fait": fait,
        "motif": motif,
        "acteur_genre": acteur_genre,
        "acteur_id": _uuid(acteur_id),
        "espace_id": _uuid(espace_id),
        "objet_id": _uuid(objet_id),
        "details": dict(details),
    }
