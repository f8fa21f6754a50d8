"""Every change of who may see what: a French verb, its actor named, atomic, journalled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from habilitations.acces import (
    Acces,
    AccesRefuse,
    ActeurAcces,
    reglages,
    situation_de_l_espace,
)
from habilitations.models import (
    Administrateur,
    Blocage,
    ConsentementInitial,
    Ouverture,
    ReglageAcces,
    RetraitAcces,
)
from habilitations.politique import (
    Acteur,
    Action,
    Base,
    Decision,
    Mode,
    Motif,
    decider_espace,
    statut_http,
)
from journal.faits import Fait
from journal.inscription import Inscription, inscrire
from usagers.models import EspaceSante

INFORMATIONS = ("papier", "numerique")


class DeclarationInvalide(Exception):
    """The declaration lacks something that the law asks for; `str()` is French, for the person."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a professional declares before reading (R-PS-01…04, R-PS-19)."""

    base: Base
    consentement_initial_recueilli: bool = False
    information: str = ""
    """How the patient was informed in writing: papier or numerique (R-PS-03)."""
    episode: str = ""


@transaction.atomic
def ouvrir_dossier(*, acteur: ActeurAcces, espace_id: UUID, declaration: Declaration) -> Ouverture:
    """A professional declares the basis and opens the record; the former one is closed (R-PS-22).

    Raises AccesRefuse as the table says (block, closed espace, withdrawal), DeclarationInvalide.
    """
    situation, espace = situation_de_l_espace(acteur, espace_id, Action.LISTER)
    if acteur.genre is not Acteur.PROFESSIONNEL or acteur.exercice_id is None:
        raise _refus(Decision(False, Motif.LECTURE_INTERDITE, "R-PS-08"), acteur, espace.pk)
    if declaration.base is Base.AUCUNE:
        raise DeclarationInvalide("Indiquez sur quelle base vous ouvrez ce dossier.")
    if declaration.information and declaration.information not in INFORMATIONS:
        raise DeclarationInvalide("Indiquez comment le patient a été informé.")
    hypothese = replace(
        situation, base=declaration.base, consentement_initial=True, mode=Mode.NORMAL
    )
    decision = decider_espace(hypothese, reglages())
    if not decision:
        raise _refus(decision, acteur, espace.pk)
    if _acces_retire(espace_id, acteur):
        # Only the patient's own new consent restores a basis that she took back (R-PS-12, R-PS-16).
        raise _refus(Decision(False, Motif.CONSENTEMENT_REQUIS, "R-PS-16"), acteur, espace.pk)
    maintenant = timezone.now()
    if declaration.base is Base.EQUIPE and not situation.consentement_initial:
        _recueillir_consentement_initial(acteur, espace, declaration)
    duree = (
        settings.MES_ACCES_EQUIPE_HEURES
        if declaration.base is Base.EQUIPE
        else settings.MES_ACCES_CONSENTEMENT_HEURES
    )
    fermer_dossier(acteur=acteur)
    ouverture = Ouverture.objects.create(
        espace_id=espace_id,
        exercice_id=acteur.exercice_id,
        mode=Mode.NORMAL,
        base=declaration.base,
        expire_le=maintenant + timedelta(hours=duree),
    )
    inscrire(
        espace_id,
        Inscription(
            Fait.ACCES_PROFESSIONNEL,
            acteur.trace,
            objet_id=ouverture.pk,
            details={"base": str(declaration.base), "information": declaration.information},
        ),
    )
    return ouverture


def _refus(decision: Decision, acteur: ActeurAcces, espace_id: UUID) -> AccesRefuse:
    return AccesRefuse(
        decision,
        acteur=acteur,
        espace_id=espace_id,
        action=Action.LISTER,
        statut=statut_http(decision, sur_espace=True, lisible=False),
    )


def _acces_retire(espace_id: UUID, acteur: ActeurAcces) -> bool:
    return (
        acteur.id is not None
        and RetraitAcces.objects.filter(
            espace_id=espace_id, professionnel_id=acteur.id, leve_le=None
        ).exists()
    )


def _recueillir_consentement_initial(
    acteur: ActeurAcces, espace: EspaceSante, declaration: Declaration
) -> None:
    """R-PS-02: dated, gathered before the team's first access, the patient informed in writing."""
    if acteur.structure_id is None:
        raise DeclarationInvalide(
            "Vous n'exercez dans aucune structure connue : recueillez un consentement pour vous-même."
        )
    if not declaration.consentement_initial_recueilli:
        raise _refus(
            Decision(False, Motif.CONSENTEMENT_INITIAL_REQUIS, "R-PS-02"), acteur, espace.pk
        )
    if declaration.information not in INFORMATIONS:
        raise DeclarationInvalide(
            "Indiquez comment le patient a été informé par écrit : sur papier ou sous forme numérique."
        )
    ConsentementInitial.objects.create(
        espace=espace,
        structure_id=acteur.structure_id,
        recueilli_par_id=acteur.exercice_id,
        episode=declaration.episode,
        information=declaration.information,
        fin_le=timezone.now() + timedelta(days=settings.MES_CONSENTEMENT_INITIAL_JOURS),
    )
    inscrire(
        espace.pk,
        Inscription(
            Fait.CONSENTEMENT_DECLARE,
            acteur.trace,
            details={"information": declaration.information},
        ),
    )


@transaction.atomic
def fermer_dossier(*, acteur: ActeurAcces) -> None:
    """Closes the record this exercice has open, if any."""
    if acteur.exercice_id is None:
        return
    for ouverture in Ouverture.objects.select_for_update(of=("self",)).filter(
        exercice_id=acteur.exercice_id, fermee_le=None
    ):
        ouverture.fermee_le = timezone.now()
        ouverture.save(update_fields=["fermee_le"])
        inscrire(
            ouverture.espace_id,
            Inscription(Fait.ACCES_REFERME, acteur.trace, objet_id=ouverture.pk),
        )


@transaction.atomic
def bloquer_professionnel(*, acces: Acces, professionnel_id: UUID) -> None:
    """The patient (or an administrator) blocks somebody, effective at once (R-PS-10, R-ADM-05)."""
    _exiger_bloquer(acces)
    _bloc, pose = Blocage.objects.get_or_create(
        espace_id=acces.espace_id, professionnel_id=professionnel_id, leve_le=None
    )
    if not pose:
        return
    maintenant = timezone.now()
    Administrateur.objects.filter(
        espace_id=acces.espace_id, professionnel_id=professionnel_id, fin_le=None
    ).update(fin_le=maintenant)
    Ouverture.objects.filter(
        espace_id=acces.espace_id, exercice__professionnel_id=professionnel_id, fermee_le=None
    ).update(fermee_le=maintenant)
    acces.noter(Fait.BLOCAGE, objet_id=professionnel_id)


@transaction.atomic
def debloquer_professionnel(*, acces: Acces, professionnel_id: UUID) -> None:
    """Lifts the block; the professional is not authorised again thereby (R-PS-12)."""
    _exiger_bloquer(acces)
    leves = Blocage.objects.filter(
        espace_id=acces.espace_id, professionnel_id=professionnel_id, leve_le=None
    ).update(leve_le=timezone.now())
    if not leves:
        return
    RetraitAcces.objects.get_or_create(
        espace_id=acces.espace_id, professionnel_id=professionnel_id, leve_le=None
    )
    acces.noter(Fait.DEBLOCAGE, objet_id=professionnel_id)


def _exiger_bloquer(acces: Acces) -> None:
    decision = acces.decider_sur_l_espace(Action.BLOQUER)
    if not decision:
        raise acces.refuser(decision, action=Action.BLOQUER, objet_id=None)


@transaction.atomic
def masquer_par_defaut(*, acces: Acces, masquer: bool) -> None:
    """« Tout masquer / tout rendre visible », for what is to come (R-MAS-03)."""
    decision = acces.decider_sur_l_espace(Action.BLOQUER)
    if not decision:
        raise acces.refuser(decision, action=Action.MASQUER, objet_id=None)
    ReglageAcces.objects.update_or_create(
        espace_id=acces.espace_id, defaults={"masquer_par_defaut": masquer}
    )
