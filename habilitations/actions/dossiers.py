"""A professional declares why and opens one record; closes it (R-PS-02…04, R-PS-19, R-PS-22)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from habilitations.acces import (
    AccesRefuse,
    ActeurAcces,
    autorisation_en_cours,
    reglages,
    situation_de_l_espace,
)
from habilitations.models import Autorisation, ConsentementInitial, EpisodeSoins, Ouverture
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
from mes.socle import travaux
from professionnels.models import Exercice
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
    nouvel_episode: bool = False
    """A new episode of care begins in this structure: the patient is told again (R-PS-03)."""
    secrete: bool = False
    """Connexion secrète of a minor: kept from her representatives (R-PRO-09)."""
    restrictions_expliquees: bool = False
    """An occupational physician told what may be refused him (R-PS-20)."""


@transaction.atomic
def ouvrir_dossier(*, acteur: ActeurAcces, espace_id: UUID, declaration: Declaration) -> Ouverture:
    """A professional declares the basis and opens the record; the former one is closed (R-PS-22).

    Raises AccesRefuse as the table says (block, closed espace, withdrawal), DeclarationInvalide.
    """
    situation, espace, faits = situation_de_l_espace(acteur, espace_id, Action.LISTER)
    if acteur.genre is not Acteur.PROFESSIONNEL or acteur.exercice_id is None:
        raise _refus(Decision(False, Motif.LECTURE_INTERDITE, "R-PS-08"), acteur, espace.pk)
    if declaration.base is Base.AUCUNE:
        raise DeclarationInvalide("Indiquez sur quelle base vous ouvrez ce dossier.")
    if declaration.information and declaration.information not in INFORMATIONS:
        raise DeclarationInvalide("Indiquez comment le patient a été informé.")
    if declaration.secrete and not situation.mineur:
        raise DeclarationInvalide("La connexion secrète ne concerne que les patients mineurs.")
    if declaration.secrete and declaration.base is not Base.CONSENTEMENT:
        # A team's consent and episode are shown to whoever manages the espace: the parents.
        raise DeclarationInvalide(
            "La connexion secrète repose sur l'accord exprès du patient, pour cette consultation."
        )
    hypothese = replace(
        situation, base=declaration.base, consentement_initial=True, mode=Mode.NORMAL
    )
    decision = decider_espace(hypothese, reglages())
    if not decision:
        raise _refus(decision, acteur, espace.pk)
    if faits.retire:
        # Only the patient's own new consent restores a basis that she took back (R-PS-12, R-PS-16).
        raise _refus(Decision(False, Motif.CONSENTEMENT_REQUIS, "R-PS-16"), acteur, espace.pk)
    if declaration.base is Base.EQUIPE:
        if not situation.consentement_initial and settings.MES_CONSENTEMENT_INITIAL_EQUIPE:
            _recueillir_consentement_initial(acteur, espace, declaration)
        _suivre_episode(acteur, espace, declaration)
    autorisation = (
        autorisation_en_cours(espace.pk, acteur) if declaration.base is Base.CONSENTEMENT else None
    )
    # Two declarations of one exercice follow each other: the second closes what the first opened.
    Exercice.objects.select_for_update(no_key=True).values_list("pk").get(pk=acteur.exercice_id)
    fermer_dossier(acteur=acteur)
    ouverture = Ouverture.objects.create(
        espace_id=espace_id,
        exercice_id=acteur.exercice_id,
        mode=Mode.NORMAL,
        base=declaration.base,
        expire_le=_expiration(declaration.base, autorisation),
        secrete=declaration.secrete,
        autorisation=autorisation,
    )
    inscrire(
        espace_id,
        Inscription(
            Fait.ACCES_PROFESSIONNEL,
            acteur.trace,
            objet_id=ouverture.pk,
            details={
                "base": str(declaration.base),
                "information": declaration.information,
                "restrictions_expliquees": declaration.restrictions_expliquees,
            },
            reservee=declaration.secrete,
        ),
    )
    travaux.planifier("habilitations.annoncer_acces", ouverture.pk, espace_id=espace_id)
    return ouverture


def _expiration(base: Base, autorisation: Autorisation | None) -> datetime:
    heures = (
        settings.MES_ACCES_EQUIPE_HEURES
        if base is Base.EQUIPE
        else settings.MES_ACCES_CONSENTEMENT_HEURES
    )
    fin = timezone.now() + timedelta(hours=heures)
    return fin if autorisation is None else min(fin, autorisation.fin_le)


def _refus(decision: Decision, acteur: ActeurAcces, espace_id: UUID) -> AccesRefuse:
    return AccesRefuse(
        decision,
        acteur=acteur,
        espace_id=espace_id,
        action=Action.LISTER,
        statut=statut_http(decision, sur_espace=True, lisible=False),
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


def _suivre_episode(acteur: ActeurAcces, espace: EspaceSante, declaration: Declaration) -> None:
    """R-PS-03: at each new episode the patient is informed in writing, and it is dated."""
    if acteur.structure_id is None or acteur.exercice_id is None:
        return
    en_cours = EpisodeSoins.objects.filter(
        espace=espace, structure_id=acteur.structure_id, fin_le=None
    )
    if not declaration.nouvel_episode and en_cours.exists():
        return
    if declaration.information not in INFORMATIONS:
        raise DeclarationInvalide(
            "Un épisode de soins commence : indiquez comment le patient a été informé par écrit."
        )
    en_cours.update(fin_le=timezone.now())
    episode = EpisodeSoins.objects.create(
        espace=espace,
        structure_id=acteur.structure_id,
        informe_par_id=acteur.exercice_id,
        information=declaration.information,
    )
    inscrire(
        espace.pk,
        Inscription(
            Fait.EPISODE_COMMENCE,
            acteur.trace,
            objet_id=episode.pk,
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
            Inscription(
                Fait.ACCES_REFERME,
                acteur.trace,
                objet_id=ouverture.pk,
                mode="" if ouverture.mode == Mode.NORMAL else ouverture.mode,
                reservee=ouverture.secrete,
            ),
        )


def couper(ouvertures: QuerySet[Ouverture], *, urgence_comprise: bool = False) -> None:
    """Ends openings at once: the next request of whoever had them is refused (R-PS-16).

    An emergency is not ended by the withdrawal of an agreement it never rested on (R-URG-04);
    `urgence_comprise` adds the bris de glace, which a block of the person forbids (R-URG-06).
    """
    modes = Q(mode=Mode.NORMAL)
    if urgence_comprise:
        modes |= Q(mode=Mode.BRIS_DE_GLACE)
    ouvertures.filter(modes, fermee_le=None).update(fermee_le=timezone.now())
