"""What the patient agrees to and takes back, and what professionals record of it (R-PS-02…18)."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from habilitations.acces import Acces, ActeurAcces, reglages, situation_de_l_espace
from habilitations.actions.choix import exiger_de_gerer
from habilitations.actions.dossiers import INFORMATIONS, DeclarationInvalide, couper
from habilitations.models import (
    AbonnementAlerte,
    Autorisation,
    Blocage,
    CodeOuverture,
    ConsentementInitial,
    EpisodeSoins,
    Origine,
    Ouverture,
    RetraitAcces,
)
from habilitations.politique import Acteur, Action, Base, Mode, decider_espace
from journal.faits import Fait
from journal.inscription import Inscription, inscrire
from mes.socle import coffres
from mes.socle.models import CleIdentite
from mes.socle.trousseau import index
from professionnels.models import Professionnel, Structure

ALPHABET_CODE: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No letter that is read for another (0 and O, 1 and I)."""
LONGUEUR_CODE: Final = 10


class AccordImpossible(Exception):
    """The agreement can't be recorded; `str()` is French and says what to do."""


# --- By the patient ------------------------------------------------------------------------------


@transaction.atomic
def autoriser_professionnel(
    *, acces: Acces, professionnel_id: UUID, jours: int, origine: Origine = Origine.ECRAN
) -> Autorisation:
    """The patient lets a professional read for `jours` days (R-PS-17, I-04).

    Her own new consent: it lifts what she had taken back (R-PS-12, R-PS-16). Raises AccesRefuse,
    AccordImpossible (unknown length, blocked professional).
    """
    exiger_de_gerer(acces)
    if jours not in settings.MES_AUTORISATION_DUREES_JOURS:
        raise AccordImpossible("Choisissez une des durées proposées.")
    if Blocage.objects.filter(
        espace_id=acces.espace_id, professionnel_id=professionnel_id, leve_le=None
    ).exists():
        raise AccordImpossible("Ce professionnel est bloqué : débloquez-le d'abord.")
    autorisation = _poser_autorisation(
        acces.espace_id, professionnel_id, origine=origine, duree=timedelta(days=jours)
    )
    _lever_retrait(acces.espace_id, professionnel_id=professionnel_id)
    acces.noter(
        Fait.AUTORISATION_DONNEE,
        objet_id=professionnel_id,
        details={"titre": str(autorisation.professionnel)},
    )
    return autorisation


def _poser_autorisation(
    espace_id: UUID,
    professionnel_id: UUID,
    *,
    origine: Origine,
    duree: timedelta,
    recueillie_par_id: UUID | None = None,
    information: str = "",
) -> Autorisation:
    maintenant = timezone.now()
    Autorisation.objects.filter(
        espace_id=espace_id, professionnel_id=professionnel_id, retiree_le=None
    ).update(retiree_le=maintenant)
    return Autorisation.objects.create(
        espace_id=espace_id,
        professionnel_id=professionnel_id,
        origine=origine,
        recueillie_par_id=recueillie_par_id,
        information=information,
        debut_le=maintenant,
        fin_le=maintenant + duree,
    )


def _lever_retrait(espace_id: UUID, **qui: UUID) -> None:
    RetraitAcces.objects.filter(espace_id=espace_id, leve_le=None, **qui).update(
        leve_le=timezone.now()
    )


@transaction.atomic
def retirer_acces_professionnel(*, acces: Acces, professionnel_id: UUID) -> None:
    """Takes back what a professional may read, at once (R-PS-16); he may still deposit."""
    exiger_de_gerer(acces)
    retirer_a_un_professionnel(acces.espace_id, professionnel_id)
    acces.noter(
        Fait.AUTORISATION_RETIREE,
        objet_id=professionnel_id,
        details={"titre": str(Professionnel.objects.get(pk=professionnel_id))},
    )


def retirer_a_un_professionnel(
    espace_id: UUID, professionnel_id: UUID, *, enregistre_par_id: UUID | None = None
) -> None:
    """Ends authorisation, openings and alerts; only the patient restores them. Idempotent."""
    maintenant = timezone.now()
    Autorisation.objects.filter(
        espace_id=espace_id, professionnel_id=professionnel_id, retiree_le=None
    ).update(retiree_le=maintenant)
    couper(
        Ouverture.objects.filter(espace_id=espace_id, exercice__professionnel_id=professionnel_id)
    )
    AbonnementAlerte.objects.filter(
        espace_id=espace_id, exercice__professionnel_id=professionnel_id, fin_le=None
    ).update(fin_le=maintenant)
    RetraitAcces.objects.get_or_create(
        espace_id=espace_id,
        professionnel_id=professionnel_id,
        leve_le=None,
        defaults={"enregistre_par_id": enregistre_par_id},
    )


@transaction.atomic
def autoriser_structure(*, acces: Acces, structure_id: UUID, jours: int) -> ConsentementInitial:
    """The patient's own initial consent to a structure's care team (R-PS-02, R-PS-17)."""
    exiger_de_gerer(acces)
    if jours not in settings.MES_AUTORISATION_DUREES_JOURS:
        raise AccordImpossible("Choisissez une des durées proposées.")
    if Blocage.objects.filter(
        espace_id=acces.espace_id, structure_id=structure_id, leve_le=None
    ).exists():
        raise AccordImpossible("Cette structure est bloquée : débloquez-la d'abord.")
    maintenant = timezone.now()
    ConsentementInitial.objects.filter(
        espace_id=acces.espace_id, structure_id=structure_id, retire_le=None
    ).update(retire_le=maintenant)
    consentement = ConsentementInitial.objects.create(
        espace_id=acces.espace_id,
        structure_id=structure_id,
        information="numerique",
        fin_le=maintenant + timedelta(days=jours),
    )
    _lever_retrait(acces.espace_id, structure_id=structure_id)
    acces.noter(
        Fait.AUTORISATION_DONNEE,
        objet_id=structure_id,
        details={"titre": str(consentement.structure)},
    )
    return consentement


@transaction.atomic
def retirer_acces_structure(*, acces: Acces, structure_id: UUID) -> None:
    """Takes the team's consent back for all its members, at once (R-PS-02, R-PS-16)."""
    exiger_de_gerer(acces)
    retirer_a_une_structure(acces.espace_id, structure_id)
    acces.noter(
        Fait.AUTORISATION_RETIREE,
        objet_id=structure_id,
        details={"titre": str(Structure.objects.get(pk=structure_id))},
    )


def retirer_a_une_structure(
    espace_id: UUID, structure_id: UUID, *, enregistre_par_id: UUID | None = None
) -> None:
    """Ends the team's consent, episode, openings and alerts; only the patient restores them."""
    maintenant = timezone.now()
    ConsentementInitial.objects.filter(
        espace_id=espace_id, structure_id=structure_id, retire_le=None
    ).update(retire_le=maintenant)
    EpisodeSoins.objects.filter(espace_id=espace_id, structure_id=structure_id, fin_le=None).update(
        fin_le=maintenant
    )
    couper(
        Ouverture.objects.filter(
            espace_id=espace_id, exercice__structure_id=structure_id, autorisation=None
        )
    )
    AbonnementAlerte.objects.filter(
        espace_id=espace_id, exercice__structure_id=structure_id, fin_le=None
    ).update(fin_le=maintenant)
    RetraitAcces.objects.get_or_create(
        espace_id=espace_id,
        structure_id=structure_id,
        leve_le=None,
        defaults={"enregistre_par_id": enregistre_par_id},
    )


def _index_du_code(code: str) -> bytes:
    return index().aveugle("habilitations.code_ouverture", code)


def normaliser_code(saisie: str) -> str:
    """A code as typed, dictated or scanned: spaces and dashes dropped, capitals."""
    return "".join(saisie.split()).replace("-", "").upper()


@transaction.atomic
def creer_code_ouverture(*, acces: Acces) -> tuple[str, CodeOuverture]:
    """A code to give to a professional outside the team (I-06): (code, row). The former one dies."""
    exiger_de_gerer(acces)
    maintenant = timezone.now()
    annuler_codes_ouverture(acces=acces)
    code = "".join(secrets.choice(ALPHABET_CODE) for _ in range(LONGUEUR_CODE))
    ligne = CodeOuverture.objects.create(
        espace_id=acces.espace_id,
        code_index=_index_du_code(code),
        expire_le=maintenant + timedelta(minutes=settings.MES_CODE_OUVERTURE_MINUTES),
    )
    acces.noter(Fait.CODE_OUVERTURE_CREE, objet_id=ligne.pk)
    return code, ligne


@transaction.atomic
def annuler_codes_ouverture(*, acces: Acces) -> None:
    """The code that is waiting opens nothing any more."""
    exiger_de_gerer(acces)
    CodeOuverture.objects.filter(espace_id=acces.espace_id, utilise_le=None, annule_le=None).update(
        annule_le=timezone.now()
    )


# --- By professionals ----------------------------------------------------------------------------


@transaction.atomic
def utiliser_code_ouverture(*, acteur: ActeurAcces, code: str, date_naissance: date) -> UUID:
    """The professional types the patient's code and birth date; returns the espace (I-06).

    The code is the patient's own consent, to him alone: it writes an authorisation as long as one
    consultation and lifts a withdrawal, never a block. One message whatever is wrong. Raises
    AccordImpossible.
    """
    inconnu = AccordImpossible(
        "Ce code n'ouvre aucun dossier. Vérifiez le code et la date de naissance, ou demandez un "
        "nouveau code au patient : il ne sert qu'une fois et peu de temps."
    )
    if acteur.genre is not Acteur.PROFESSIONNEL or acteur.id is None:
        raise inconnu
    ligne = (
        CodeOuverture.objects.select_for_update(of=("self",))
        .select_related("espace__identite")
        .filter(
            code_index=_index_du_code(normaliser_code(code)),
            utilise_le=None,
            annule_le=None,
            expire_le__gt=timezone.now(),
        )
        .first()
    )
    if ligne is None:
        raise inconnu
    espace = ligne.espace
    traits = espace.identite.traits(coffres.coffre(CleIdentite, espace.pk))
    if traits["date_naissance"] != date_naissance.isoformat():
        raise inconnu
    situation = situation_de_l_espace(acteur, espace.pk, Action.LISTER).situation
    autorisee = replace(situation, base=Base.CONSENTEMENT, mode=Mode.NORMAL)
    if not decider_espace(autorisee, reglages()):
        raise inconnu
    ligne.utilise_le = timezone.now()
    ligne.utilise_par_id = acteur.id
    ligne.save(update_fields=["utilise_le", "utilise_par"])
    _poser_autorisation(
        espace.pk,
        acteur.id,
        origine=Origine.CODE,
        duree=timedelta(hours=settings.MES_ACCES_CONSENTEMENT_HEURES),
        information="numerique",
    )
    _lever_retrait(espace.pk, professionnel_id=acteur.id)
    inscrire(espace.pk, Inscription(Fait.CODE_OUVERTURE_UTILISE, acteur.trace, objet_id=ligne.pk))
    identifiant: UUID = espace.pk
    return identifiant


def exiger_un_ecrit_possible(acces: Acces) -> None:
    """Raises AccordImpossible where a signed paper changes nothing: a block, somebody who reads
    nothing. Asked before the paper is deposited, so that it is not kept for nothing."""
    acteur = acces.acteur
    if not acteur.est_soignant or acteur.id is None or acteur.exercice_id is None:
        raise AccordImpossible("Cet accord s'enregistre par le professionnel qu'il autorise.")
    autorisee = acces.situation.avec(base=Base.CONSENTEMENT, mode=Mode.NORMAL, action=Action.LISTER)
    if not decider_espace(autorisee, reglages()):
        raise AccordImpossible("Le patient a bloqué votre accès : lui seul peut lever ce blocage.")


@transaction.atomic
def autoriser_par_ecrit(*, acces: Acces, document_id: UUID) -> Autorisation:
    """The patient signed that this professional may read again; the paper was just deposited.

    Her own consent, for whoever has neither screen nor code: it lifts what she took back, never a
    block. She is told of the deposit, and the paper stays in her record. Raises AccordImpossible.
    """
    exiger_un_ecrit_possible(acces)
    acteur = acces.acteur
    assert acteur.id is not None
    autorisation = _poser_autorisation(
        acces.espace_id,
        acteur.id,
        origine=Origine.ECRIT,
        duree=timedelta(days=settings.MES_AUTORISATION_ECRIT_JOURS),
        recueillie_par_id=acteur.exercice_id,
        information="papier",
    )
    _lever_retrait(acces.espace_id, professionnel_id=acteur.id)
    acces.noter(
        Fait.AUTORISATION_DONNEE,
        objet_id=acteur.id,
        details={"titre": str(autorisation.professionnel), "ecrit": str(document_id)},
    )
    return autorisation


@transaction.atomic
def recueillir_pour_un_confrere(
    *, acces: Acces, professionnel_id: UUID, information: str
) -> Autorisation:
    """A team member gathers the consent for a professional she names (R-PS-05).

    It never restores what the patient took back. Raises AccordImpossible, DeclarationInvalide.
    """
    acteur = acces.acteur
    if acteur.exercice_id is None or acces.situation.base is not Base.EQUIPE:
        raise AccordImpossible(
            "Seul un membre de l'équipe de soins qui a ouvert ce dossier peut recueillir "
            "l'accord pour un confrère."
        )
    if information not in INFORMATIONS:
        raise DeclarationInvalide("Indiquez comment le patient a été informé par écrit.")
    if professionnel_id == acteur.id:
        raise AccordImpossible("Désignez un autre professionnel que vous-même.")
    ferme = {"espace_id": acces.espace_id, "professionnel_id": professionnel_id, "leve_le": None}
    if Blocage.objects.filter(**ferme).exists() or RetraitAcces.objects.filter(**ferme).exists():
        # Nothing says which: the patient's choices about others are hers.
        raise AccordImpossible(
            "Cet accord ne peut pas être recueilli ainsi : le patient doit le donner lui-même, par "
            "son espace ou par un code."
        )
    autorisation = _poser_autorisation(
        acces.espace_id,
        professionnel_id,
        origine=Origine.CONFRERE,
        duree=timedelta(days=settings.MES_AUTORISATION_CONFRERE_JOURS),
        recueillie_par_id=acteur.exercice_id,
        information=information,
    )
    acces.noter(
        Fait.CONSENTEMENT_POUR_CONFRERE,
        objet_id=professionnel_id,
        details={"titre": str(autorisation.professionnel), "information": information},
        reservee=acces.secrete,
    )
    return autorisation


@transaction.atomic
def enregistrer_refus_de_consultation(
    *, acteur: ActeurAcces, espace_id: UUID, toute_l_equipe: bool
) -> None:
    """The patient refuses, without giving a reason, that he (or his whole team) reads (R-PS-06)."""
    situation_de_l_espace(acteur, espace_id, Action.DEPOSER)
    if acteur.exercice_id is None or acteur.id is None:
        raise AccordImpossible("Ce refus s'enregistre depuis un exercice connu.")
    if toute_l_equipe:
        if acteur.structure_id is None:
            raise AccordImpossible("Vous n'exercez dans aucune structure connue.")
        retirer_a_une_structure(
            espace_id, acteur.structure_id, enregistre_par_id=acteur.exercice_id
        )
    else:
        retirer_a_un_professionnel(espace_id, acteur.id, enregistre_par_id=acteur.exercice_id)
    inscrire(
        espace_id,
        Inscription(
            Fait.REFUS_CONSULTATION, acteur.trace, details={"toute_l_equipe": toute_l_equipe}
        ),
    )


@transaction.atomic
def clore_accords_echus() -> int:
    """R-PS-18: dormant authorisations and team consents past their end are closed; how many.

    They already open nothing: this keeps the patient's list true. Episodes end with the consent.
    """
    maintenant = timezone.now()
    clos = Autorisation.objects.filter(retiree_le=None, fin_le__lte=maintenant).update(
        retiree_le=maintenant
    )
    echus = ConsentementInitial.objects.filter(retire_le=None, fin_le__lte=maintenant)
    for consentement in echus.select_for_update().only("espace_id", "structure_id"):
        EpisodeSoins.objects.filter(
            espace_id=consentement.espace_id,
            structure_id=consentement.structure_id,
            fin_le=None,
        ).update(fin_le=maintenant)
    return clos + echus.update(retire_le=maintenant)
