"""Every change of the measures: a French verb, keyword-only, the opened espace says who acts.

Who may is decided as for documents (table_decision): adding as « deposer », changing and deleting
as « supprimer », one's own side's only (R-MES-09); never a professional (R-MES-10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from dossier.mesures.effets import DELAI_ANNULATION, EFFACER
from dossier.mesures.referentiel import TypeMesure, types_affichables, types_mesures
from dossier.mesures.regles import (
    MesureRefusee,
    SaisieMesure,
    ValeurRefusee,
    deplacer,
    verifier,
    verifier_valeur,
)
from dossier.mesures.selection import COTE_USAGER, Rangement, exiger_cote_patient, mesure_pour
from dossier.models import Mesure, ReglageMesures
from dossier.selection import GENRES_AUTEUR
from habilitations.acces import Acces
from habilitations.politique import NON_PREVU, Action
from journal.faits import Fait
from mes.socle.travaux import planifier
from mes.socle.uuid7 import uuid7


def _fiche(saisie: SaisieMesure, auteur: str) -> Mapping[str, Any]:
    return {
        "code": saisie.code,
        "valeurs": {partie: str(valeur) for partie, valeur in saisie.valeurs.items()},
        "contexte": saisie.contexte,
        "commentaire": saisie.commentaire,
        "auteur": auteur,
    }


def _noter(acces: Acces, fait: Fait, code: str, *, objet_id: UUID | None = None) -> None:
    acces.noter(fait, objet_id=objet_id, details={"titre": types_mesures()[code].libelle})


@transaction.atomic
def ajouter_mesure(*, acces: Acces, saisie: SaisieMesure) -> UUID:
    """Adds a measure (R-MES-02…05). The espace may be opened for depositing only.

    Raises MesureRefusee, AccesRefuse.
    """
    if acces.acteur.genre not in COTE_USAGER:
        raise acces.refuser(NON_PREVU, action=Action.DEPOSER, objet_id=None)
    decision = acces.decider_sur_l_espace(Action.DEPOSER)
    if not decision:
        raise acces.refuser(decision, action=Action.DEPOSER, objet_id=None)
    verifier(saisie, maintenant=timezone.now())
    mesure_id = uuid7()
    Mesure(
        id=mesure_id,
        espace_id=acces.espace_id,
        mesuree_le=saisie.mesuree_le,
        auteur_genre=GENRES_AUTEUR[acces.acteur.genre],
        auteur_id=acces.acteur.id,
        type_index=Mesure.index_du_type(acces.espace_id, saisie.code),
        scelle=acces.coffre.sceller_json(
            _fiche(saisie, acces.acteur.trace.nom), lieu=Mesure.lieu(mesure_id)
        ),
    ).save(force_insert=True)
    _noter(acces, Fait.MESURE_AJOUTEE, saisie.code, objet_id=mesure_id)
    return mesure_id


@transaction.atomic
def modifier_mesure(*, acces: Acces, mesure_id: UUID, saisie: SaisieMesure) -> None:
    """Corrects a measure of the patient's side; its type and its author stay (R-MES-09).

    Raises MesureRefusee, AccesRefuse.
    """
    mesure = mesure_pour(acces, mesure_id, Action.SUPPRIMER)
    fiche = mesure.fiche(acces.coffre)
    if saisie.code != fiche["code"]:
        raise MesureRefusee({"code": "Le type d'une mesure ne change pas."})
    verifier(saisie, maintenant=timezone.now())
    Mesure.objects.filter(pk=mesure.pk).update(
        mesuree_le=saisie.mesuree_le,
        modifiee_le=timezone.now(),
        scelle=acces.coffre.sceller_json(
            _fiche(saisie, fiche["auteur"]), lieu=Mesure.lieu(mesure.pk)
        ),
    )
    _noter(acces, Fait.MESURE_MODIFIEE, saisie.code, objet_id=mesure.pk)


@transaction.atomic
def supprimer_mesure(*, acces: Acces, mesure_id: UUID) -> TypeMesure:
    """Takes out of every page at once, and erases once it can't be brought back any more.

    Raises AccesRefuse.
    """
    mesure = mesure_pour(acces, mesure_id, Action.SUPPRIMER)
    code = mesure.fiche(acces.coffre)["code"]
    maintenant = timezone.now()
    Mesure.objects.filter(pk=mesure.pk).update(supprimee_le=maintenant)
    planifier(
        EFFACER, mesure.pk, espace_id=acces.espace_id, pas_avant=maintenant + DELAI_ANNULATION
    )
    _noter(acces, Fait.MESURE_SUPPRIMEE, code, objet_id=mesure.pk)
    return types_mesures()[code]


@transaction.atomic
def retablir_mesure(*, acces: Acces, mesure_id: UUID) -> TypeMesure:
    """Brings back a measure deleted less than `DELAI_ANNULATION` ago, as it was, under a new id.

    The job that erases the former row is left to run: it finds nothing. Raises AccesRefuse.
    """
    mesure = mesure_pour(acces, mesure_id, Action.SUPPRIMER, supprimee=True)
    assert mesure.supprimee_le is not None
    if mesure.supprimee_le < timezone.now() - DELAI_ANNULATION:
        raise acces.refuser(None, action=Action.SUPPRIMER, objet_id=mesure_id)
    fiche = mesure.fiche(acces.coffre)
    mesure.delete()
    mesure.pk = uuid7()
    mesure.supprimee_le = None
    mesure.scelle = acces.coffre.sceller_json(fiche, lieu=Mesure.lieu(mesure.pk))
    mesure.save(force_insert=True)
    _noter(acces, Fait.MESURE_RETABLIE, fiche["code"], objet_id=mesure.pk)
    return types_mesures()[fiche["code"]]


def _reglage_verrouille(acces: Acces) -> tuple[ReglageMesures, Rangement]:
    """The one row of the espace, made if need be: two first choices at once follow each other."""
    exiger_cote_patient(acces, Action.DEPOSER)
    decision = acces.decider_sur_l_espace(Action.DEPOSER)
    if not decision:
        raise acces.refuser(decision, action=Action.DEPOSER, objet_id=None)
    neuf = uuid7()
    vide = acces.coffre.sceller_json(Rangement().en_fiche(), lieu=ReglageMesures.lieu(neuf))
    ReglageMesures.objects.bulk_create(
        [ReglageMesures(id=neuf, espace_id=acces.espace_id, scelle=vide)], ignore_conflicts=True
    )
    reglage = ReglageMesures.objects.select_for_update().get(espace_id=acces.espace_id)
    return reglage, Rangement.depuis_fiche(reglage.fiche(acces.coffre))


def _ecrire(acces: Acces, reglage: ReglageMesures, rangement: Rangement) -> None:
    reglage.scelle = acces.coffre.sceller_json(
        rangement.en_fiche(), lieu=ReglageMesures.lieu(reglage.pk)
    )
    reglage.save(update_fields=["scelle"])


@transaction.atomic
def regler_objectif(*, acces: Acces, code: str, valeur: Decimal | None) -> None:
    """What the person aims at for a type, where the table lets one (R-MES-06); None takes it away.

    Raises MesureRefusee (out of bounds, or no objective for this type), AccesRefuse.
    """
    type_mesure = types_affichables().get(code)
    if type_mesure is None or not type_mesure.cible_possible:
        raise MesureRefusee({"code": "Cette mesure n'a pas d'objectif."})
    if valeur is not None:
        try:
            verifier_valeur(type_mesure, valeur)
        except ValeurRefusee as refus:
            raise MesureRefusee({"objectif": str(refus)}) from refus
    reglage, rangement = _reglage_verrouille(acces)
    objectifs = {c: v for c, v in rangement.objectifs.items() if c != code}
    if valeur is not None:
        objectifs[code] = valeur
    _ecrire(acces, reglage, replace(rangement, objectifs=objectifs))
    _noter(acces, Fait.OBJECTIF_REGLE, code)


@transaction.atomic
def ranger_tuiles(*, acces: Acces, code: str, geste: str, affichees: Sequence[str]) -> None:
    """Shows, hides or moves a tile (R-MES-06). Hiding loses nothing. Idempotent at the ends.

    `geste`: montrer, masquer, monter, descendre; `affichees`: codes of the tiles shown, in their
    order. Raises MesureRefusee, AccesRefuse.
    """
    if code not in types_affichables() or geste not in (
        "montrer",
        "masquer",
        "monter",
        "descendre",
    ):
        raise MesureRefusee({"code": "Cette mesure ne se range pas."})
    reglage, rangement = _reglage_verrouille(acces)
    if geste == "montrer":
        rangement = replace(rangement, masquees=rangement.masquees - {code})
    elif geste == "masquer":
        rangement = replace(rangement, masquees=rangement.masquees | {code})
    elif code in affichees:
        ordre = deplacer(affichees, code, vers_le_haut=geste == "monter")
        rangement = replace(rangement, ordre=tuple(ordre))
    _ecrire(acces, reglage, rangement)
    _noter(acces, Fait.MESURES_RANGEES, code)
