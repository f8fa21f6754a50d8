"""Every change of this app: opening in an emergency, counting what is tried, looking again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time, timedelta
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from dossier.models import Document, EtatDocument, GenreAuteur
from habilitations.acces import (
    AccesRefuse,
    ActeurAcces,
    ouvrir_pour_le_systeme,
    reglages,
    situation_de_l_espace,
)
from habilitations.actions.dossiers import fermer_dossier
from habilitations.models import Ouverture
from habilitations.politique import (
    Action,
    Base,
    Decision,
    Mode,
    Motif,
    Situation,
    decider_espace,
    statut_http,
)
from journal.faits import ActeurTrace, Fait, FaitSecurite, GenreActeur
from journal.inscription import Inscription, inscrire, inscrire_securite
from mes.socle import coffres, travaux
from mes.socle.models import CleIdentite
from mes.socle.trousseau import trousseau
from mes.socle.uuid7 import uuid7
from professionnels.cles_recherche import cle_recherche
from professionnels.models import Exercice, Professionnel, Structure
from urgence import anomalies, effets
from urgence.models import EtatRevue, ReferentStructure, RevueAcces, TentativeUrgence
from usagers.models import Identite

URGENCES = (Mode.SAMU, Mode.BRIS_DE_GLACE)


class RaisonTypique(StrEnum):
    """What is most often true; the free text says the rest."""

    INCONSCIENT = "inconscient"
    DETRESSE = "detresse"
    CONFUSION = "confusion"
    LANGAGE = "langage"
    AUTRE = "autre"


@dataclass(frozen=True, slots=True)
class Justification:
    """Why the glass is broken (R-URG-05). It may hold health data: it is sealed at once."""

    raison: RaisonTypique
    texte: str

    @property
    def est_donnee(self) -> bool:
        return len(self.texte.strip()) >= settings.MES_JUSTIFICATION_LONGUEUR_MIN


# --- Opening -------------------------------------------------------------------------------------


def exiger_de_pouvoir_demander(acteur: ActeurAcces, mode: Mode) -> None:
    """Raises AccesRefuse when no record at all may be opened by this person in this mode: exercice
    ended, personnel (R-PS-08), SAMU without the claim of Pro Santé Connect (R-URG-03)."""
    hypothese = Situation(
        acteur=acteur.genre,
        action=Action.LISTER,
        profession=acteur.profession,
        specialite=acteur.specialite,
        exercice_actif=acteur.exercice_actif,
        mode=mode,
        regulateur=acteur.regulateur,
        justification=True,
    )
    decision = decider_espace(hypothese, reglages())
    if not decision:
        raise _refus(decision, acteur, None)


@transaction.atomic
def ouvrir_en_urgence(
    *,
    acteur: ActeurAcces,
    espace_id: UUID,
    mode: Mode,
    justification: Justification | None = None,
) -> Ouverture:
    """Opens one record in an emergency, for a while; the former one is closed (R-URG-01…07).

    Raises AccesRefuse as the table says: opposition, block of the person, no justification…
    """
    if mode not in URGENCES:
        raise ValueError("ce n'est pas un mode d'urgence")
    situation, espace, _faits = situation_de_l_espace(acteur, espace_id, Action.LISTER)
    exercice_id, professionnel_id = acteur.exercice_id, acteur.id
    if not acteur.est_soignant or exercice_id is None or professionnel_id is None:
        raise _refus(Decision(False, Motif.LECTURE_INTERDITE, "R-PS-08"), acteur, espace_id)
    donnee = justification if mode is Mode.BRIS_DE_GLACE else None
    hypothese = replace(
        situation,
        mode=mode,
        base=Base.AUCUNE,
        justification=donnee is not None and donnee.est_donnee,
    )
    decision = decider_espace(hypothese, reglages())
    if not decision:
        raise _refus(decision, acteur, espace_id)
    # Two openings of one exercice follow each other: the second closes what the first opened.
    Exercice.objects.select_for_update(no_key=True).values_list("pk").get(pk=exercice_id)
    fermer_dossier(acteur=acteur)
    ouverture = _ouverture(exercice_id, espace_id, mode, donnee)
    ouverture.regulateur = acteur.regulateur
    ouverture.save(force_insert=True)
    inscrire(
        espace_id,
        Inscription(Fait.ACCES_URGENCE, acteur.trace, objet_id=ouverture.pk, mode=str(mode)),
    )
    RevueAcces.objects.create(
        ouverture=ouverture,
        espace_id=espace.pk,
        professionnel_id=professionnel_id,
        structure_id=acteur.structure_id,
        mode=mode,
        ouverte_le=ouverture.ouverte_le,
        est_justifiee=donnee is not None,
        a_marquer_le=ouverture.ouverte_le + timedelta(hours=settings.MES_REVUE_DEPOT_HEURES),
    )
    travaux.planifier(effets.ANNONCER, ouverture.pk, espace_id=espace_id)
    return ouverture


def _ouverture(
    exercice_id: UUID, espace_id: UUID, mode: Mode, justification: Justification | None
) -> Ouverture:
    """The opening of one exercice, its justification sealed; not saved."""
    minutes = settings.MES_SAMU_MINUTES if mode is Mode.SAMU else settings.MES_BRIS_DE_GLACE_MINUTES
    maintenant = timezone.now()
    ouverture = Ouverture(
        id=uuid7(),
        espace_id=espace_id,
        exercice_id=exercice_id,
        mode=mode,
        base=Base.AUCUNE,
        ouverte_le=maintenant,
        expire_le=maintenant + timedelta(minutes=minutes),
    )
    if justification is not None:
        ouverture.scelle = trousseau().sceller_json(
            {"raison": str(justification.raison), "justification": justification.texte.strip()},
            lieu=Ouverture.lieu(ouverture.pk),
        )
    return ouverture


def _refus(decision: Decision, acteur: ActeurAcces, espace_id: UUID | None) -> AccesRefuse:
    return AccesRefuse(
        decision,
        acteur=acteur,
        espace_id=espace_id,
        action=Action.LISTER,
        statut=statut_http(decision, sur_espace=True, lisible=False),
    )


# --- Counting what is tried ----------------------------------------------------------------------

JOUR = timedelta(days=1)


def _limites(mode: Mode) -> tuple[tuple[timedelta, int], ...]:
    """(window, how many in it) for one professional. A regulating physician answers many calls."""
    rafale = timedelta(minutes=settings.MES_URGENCE_RAFALE_MINUTES)
    if mode is Mode.SAMU:
        return (
            (rafale, settings.MES_SAMU_TENTATIVES_RAFALE),
            (JOUR, settings.MES_SAMU_TENTATIVES_JOUR),
        )
    return (
        (rafale, settings.MES_URGENCE_TENTATIVES_RAFALE),
        (JOUR, settings.MES_URGENCE_TENTATIVES_JOUR),
    )


@transaction.atomic
def compter_tentative(*, acteur: ActeurAcces, mode: Mode) -> timedelta | None:
    """Counts one demand, found or not; how long to wait when there were too many, else None.

    The caller commits before it searches: neither a refusal nor a failure takes the count back.
    Every demand leaves a line of the security journal, with no word of whom it is about.
    """
    if acteur.id is None:
        raise LookupError("seule une personne de l'annuaire demande un accès d'urgence")
    # Two demands at once would each see the other as not yet made.
    Professionnel.objects.select_for_update(no_key=True).values_list("pk").get(pk=acteur.id)
    maintenant = timezone.now()
    passees = list(
        TentativeUrgence.objects.filter(
            professionnel_id=acteur.id, mode=mode, tentee_le__gt=maintenant - JOUR
        )
        .order_by("-tentee_le")
        .values_list("tentee_le", flat=True)
    )
    attentes = []
    for fenetre, maximum in _limites(mode):
        recentes = [instant for instant in passees if instant > maintenant - fenetre]
        if len(recentes) >= maximum:
            attentes.append(recentes[maximum - 1] + fenetre - maintenant)
    if not attentes:
        TentativeUrgence.objects.create(professionnel_id=acteur.id, mode=mode, tentee_le=maintenant)
    inscrire_securite(
        FaitSecurite.TENTATIVE_URGENCE,
        motif="TROP_DE_DEMANDES" if attentes else str(mode).upper(),
        acteur_genre=GenreActeur(acteur.genre),
        acteur_id=acteur.id,
        details={"regle": "R-URG-05"},
    )
    return max(attentes, default=None)


def noter_sans_resultat(*, acteur: ActeurAcces) -> None:
    """The demand named nobody: unknown, closed or not alone, the line is the same."""
    inscrire_securite(
        FaitSecurite.RECHERCHE_SANS_RESULTAT,
        motif="URGENCE",
        acteur_genre=GenreActeur(acteur.genre),
        acteur_id=acteur.id,
        details={"regle": "R-URG-05"},
    )


def oublier_tentatives() -> int:
    """Deletes what no limit counts any more; how many. May run twice."""
    anciennes = TentativeUrgence.objects.filter(tentee_le__lt=timezone.now() - 2 * JOUR)
    return anciennes.delete()[0]


# --- Looking again -------------------------------------------------------------------------------


class RevueImpossible(Exception):
    """This person may not conclude this review; `str()` is French, for her."""


def seuils() -> anomalies.Seuils:
    """The thresholds of the settings."""
    return anomalies.Seuils(
        nombreux=settings.MES_REVUE_NOMBREUX,
        fenetre_nombreux=timedelta(days=settings.MES_REVUE_NOMBREUX_JOURS),
        repetes=settings.MES_REVUE_REPETES,
        fenetre_repetes=timedelta(days=settings.MES_REVUE_REPETES_JOURS),
        nuit_debut=time(settings.MES_REVUE_NUIT_DEBUT),
        nuit_fin=time(settings.MES_REVUE_NUIT_FIN),
    )


LOT = 200


def marquer_les_acces_dus() -> int:
    """Computes the marks of the accesses whose delay is over, some at a time; how many."""
    dus = RevueAcces.objects.filter(marquee_le=None, a_marquer_le__lte=timezone.now())
    identifiants = list(dus.order_by("a_marquer_le").values_list("pk", flat=True)[:LOT])
    return sum(marquer_acces(revue_id=revue_id) for revue_id in identifiants)


@transaction.atomic
def marquer_acces(*, revue_id: UUID) -> bool:
    """Computes the marks of one access, once; False when it is already done."""
    revue = (
        RevueAcces.objects.select_for_update(of=("self",))
        .select_related("professionnel")
        .filter(pk=revue_id, marquee_le=None)
        .first()
    )
    if revue is None:
        return False
    revue.marques = sorted(anomalies.marques(_faits(revue), seuils()))
    revue.marquee_le = timezone.now()
    revue.save(update_fields=["marques", "marquee_le"])
    return True


def _faits(revue: RevueAcces) -> anomalies.Faits:
    """What surrounds one access. Names are compared in memory: none goes in a query or a column."""
    de_la_personne = list(
        RevueAcces.objects.filter(
            professionnel_id=revue.professionnel_id, ouverte_le__lte=revue.ouverte_le
        ).values_list("ouverte_le", "espace_id")
    )
    return anomalies.Faits(
        mode=Mode(revue.mode),
        ouverte_le=timezone.localtime(revue.ouverte_le),
        acces_de_la_personne=[le for le, _ in de_la_personne],
        acces_au_dossier=[le for le, espace_id in de_la_personne if espace_id == revue.espace_id],
        a_depose=_a_depose(revue),
        professionnel=_nom(revue.professionnel.nom, revue.professionnel.prenom),
        noms_du_patient=frozenset(_noms_du_patient(revue.espace_id)),
        collegues=frozenset(_collegues(revue.structure_id)),
    )


def _a_depose(revue: RevueAcces) -> bool:
    """Whether the professional, or somebody of the structure, deposited afterwards in time."""
    with ouvrir_pour_le_systeme(revue.espace_id):
        depots = Document.objects.filter(
            espace_id=revue.espace_id,
            auteur_genre__in=(GenreAuteur.PROFESSIONNEL, GenreAuteur.PERSONNEL),
            depose_le__gte=revue.ouverte_le,
            depose_le__lt=revue.a_marquer_le,
        ).exclude(etat=EtatDocument.ECARTE)
        return any(
            auteur_id == revue.professionnel_id
            or (structure_id is not None and structure_id == revue.structure_id)
            for auteur_id, structure_id in depots.values_list("auteur_id", "structure_id")
        )


def _nom(nom: str, prenom: str) -> anomalies.Nom:
    return anomalies.Nom(cle_recherche(nom), cle_recherche(prenom))


def _noms_du_patient(espace_id: UUID) -> Iterator[anomalies.Nom]:
    traits = Identite.objects.get(pk=espace_id).traits(coffres.coffre(CleIdentite, espace_id))
    premier = str(traits["prenoms"]).split(" ", 1)[0]
    for nom in {traits["nom_naissance"], traits.get("nom_usage") or traits["nom_naissance"]}:
        for prenom in {premier, traits.get("prenom_utilise") or premier}:
            yield _nom(nom, prenom)


def _collegues(structure_id: UUID | None) -> Iterator[anomalies.Nom]:
    if structure_id is None:
        return
    presents = Professionnel.objects.filter(
        exercices__structure_id=structure_id, exercices__fin_le=None
    )
    for nom, prenom in presents.values_list("nom_recherche", "prenom_recherche").iterator():
        yield anomalies.Nom(nom, prenom)


@transaction.atomic
def conclure_revue(
    *,
    revue_id: UUID,
    acteur: ActeurTrace,
    suite: EtatRevue,
    note: str = "",
    structure_id: UUID | None = None,
) -> RevueAcces:
    """A referent or a supervisor says what she makes of an access; the patient sees that somebody
    looked (R-SUP-10). `structure_id`: the only structure whose accesses this person may conclude.

    Raises RevueImpossible: unknown here, her own access, no conclusion.
    """
    revues = RevueAcces.objects.select_for_update(of=("self",)).filter(pk=revue_id)
    if structure_id is not None:
        revues = revues.filter(structure_id=structure_id)
    revue = revues.first()
    if revue is None:
        raise RevueImpossible("Cet accès n’est pas dans la liste.")
    if suite not in (EtatRevue.CONFORME, EtatRevue.A_INSTRUIRE):
        raise RevueImpossible("Dites si cet accès est conforme ou à instruire.")
    if acteur.genre is not GenreActeur.AGENT and acteur.id == revue.professionnel_id:
        raise RevueImpossible("Vous ne pouvez pas conclure sur votre propre accès.")
    revue.etat = suite
    revue.revue_le = timezone.now()
    revue.revue_par_genre = str(acteur.genre)
    revue.revue_par_id = acteur.id
    revue.scelle = (
        trousseau().sceller_json({"note": note.strip()}, lieu=RevueAcces.lieu(revue.pk))
        if note.strip()
        else None
    )
    revue.save(update_fields=["etat", "revue_le", "revue_par_genre", "revue_par_id", "scelle"])
    inscrire(
        revue.espace_id,
        Inscription(Fait.ACCES_URGENCE_REVU, acteur, objet_id=revue.ouverture_id, mode=revue.mode),
    )
    return revue


@transaction.atomic
def nommer_referent(*, structure: Structure, professionnel: Professionnel) -> bool:
    """Makes somebody the referent of a structure; False when she already is."""
    _, nouveau = ReferentStructure.objects.get_or_create(
        structure=structure, professionnel=professionnel, fin_le=None
    )
    return nouveau


@transaction.atomic
def retirer_referent(*, structure: Structure, professionnel: Professionnel) -> bool:
    """Ends a referent's mandate, at once; False when she had none."""
    mandats = ReferentStructure.objects.filter(
        structure=structure, professionnel=professionnel, fin_le=None
    )
    return bool(mandats.update(fin_le=timezone.now()))
