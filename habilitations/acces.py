"""The one door to medical data (conception §3).

    acces = ouvrir(pile, acteur, espace_id, action)
        reads the gouvernance tables (`faits`) → politique → Decision
        granted: the wall opens on `pile`; `acces.noter(…)` gathers the journal's lines, which are
        written last, when the pile closes; then the wall shuts
        refused: AccesRefuse, which the portal turns into a rollback, a line of the security
        journal and a 403 or 404

Nothing else in the product opens the wall for a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from habilitations import cases, politique
from habilitations.faits import Faits, faits_de
from habilitations.models import Autorisation
from habilitations.politique import (
    Acteur,
    Action,
    Base,
    Decision,
    Filtre,
    Masque,
    Mesure,
    Mode,
    Motif,
    Reglages,
    Situation,
)
from journal.faits import ActeurTrace, Fait, FaitSecurite, GenreActeur
from journal.inscription import Inscription, inscrire_mur_ouvert, inscrire_securite
from journal.lecture import FiltreHistorique, LigneLue, en_francais, lignes
from mes.socle import coffres, mur
from mes.socle.chiffrement import Cle
from mes.socle.models import CleIdentite, CleJournal, CleMedicale
from usagers.models import EspaceSante

_ABSENT = Decision(False, Motif.NON_PREVU, "R-SEC-06")
"""Stands for an object that does not exist: refused as a hidden one, never told apart."""

ACTIONS_DE_LECTURE = frozenset({Action.LISTER, Action.LIRE, Action.VOIR_HISTORIQUE_COMPLET})


class AccesRefuse(Exception):
    """The one refusal. Not a PermissionDenied nor an Http404: frameworks would commit around them."""

    def __init__(
        self,
        decision: Decision,
        *,
        acteur: ActeurAcces,
        espace_id: UUID | None,
        objet_id: UUID | None = None,
        action: Action,
        statut: int,
    ) -> None:
        super().__init__(decision.motif)
        self.decision = decision
        self.acteur = acteur
        self.espace_id = espace_id
        self.objet_id = objet_id
        self.action = action
        self.statut = statut


def inscrire_refus(refus: AccesRefuse) -> None:
    """The security line of a refusal (R-TRA-10), in a transaction that outlives the rollback."""
    inscrire_securite(
        FaitSecurite.REFUS,
        motif=str(refus.decision.motif),
        acteur_genre=GenreActeur(refus.acteur.genre),
        acteur_id=refus.acteur.id,
        espace_id=refus.espace_id,
        objet_id=refus.objet_id,
        details={"action": str(refus.action), "regle": refus.decision.regle},
    )


@dataclass(frozen=True, slots=True)
class ActeurAcces:
    """Who asks, established by the door (session, token), never by what the request says."""

    genre: Acteur
    id: UUID | None
    """Professionnel of the directory for the professional side, account for the others."""
    trace: ActeurTrace
    compte_id: UUID | None = None
    exercice_id: UUID | None = None
    exercice_actif: bool = True
    profession: str | None = None
    specialite: str | None = None
    structure_id: UUID | None = None
    regulateur: bool = False
    mesure: Mesure = Mesure.AUCUNE

    @property
    def compte(self) -> UUID:
        """The account of whoever came by a screen. Raises LookupError for a command or a software."""
        if self.compte_id is None:
            raise LookupError("cet acteur n'a pas de compte")
        return self.compte_id

    @property
    def est_soignant(self) -> bool:
        return self.genre is Acteur.PROFESSIONNEL


def reglages() -> Reglages:
    """The settings of the table of decisions."""
    return Reglages(
        blocage_au_samu=settings.MES_BLOCAGE_AU_SAMU,
        blocage_prevaut_sur_auteur=settings.MES_BLOCAGE_PREVAUT_SUR_AUTEUR,
        consentement_initial_equipe=settings.MES_CONSENTEMENT_INITIAL_EQUIPE,
        matrice_en_urgence=settings.MES_MATRICE_EN_URGENCE,
        matrice_ecriture=settings.MES_MATRICE_ECRITURE,
    )


def autorisation_en_cours(espace_id: UUID, acteur: ActeurAcces) -> Autorisation | None:
    """What the patient lets this professional read, and until when (R-PS-17), or None."""
    if acteur.id is None:
        return None
    return (
        Autorisation.objects.en_cours()
        .filter(espace_id=espace_id, professionnel_id=acteur.id)
        .first()
    )


def _situation(faits: Faits, acteur: ActeurAcces, action: Action, jour: date) -> Situation:
    espace, reglage = faits.espace, faits.espace.reglage
    situation = Situation(
        acteur=acteur.genre,
        action=action,
        profession=acteur.profession,
        specialite=acteur.specialite,
        exercice_actif=acteur.exercice_actif,
        statut_espace=politique.Statut(espace.statut),
        opposition_samu=reglage.opposition_samu,
        opposition_bris_de_glace=reglage.opposition_bris_de_glace,
        masques_en_urgence=reglage.masques_en_urgence,
        regulateur=acteur.regulateur,
        mineur=jour < espace.majeur_le,
        mesure=acteur.mesure,
    )
    if not acteur.est_soignant:
        return situation
    base = Base(faits.ouverture_base) if faits.ouverture_base and not faits.retire else Base.AUCUNE
    return situation.avec(
        bloque=faits.bloque,
        structure_bloquee=faits.structure_bloquee,
        administrateur=faits.administrateur,
        consentement_initial=faits.consentement_initial,
        base=base,
        mode=Mode(faits.ouverture_mode) if faits.ouverture_mode else Mode.NORMAL,
        justification=faits.ouverture_justifiee,
    )


@dataclass(slots=True)
class Acces:
    """An opened espace: what may be seen in it, its keys, and the lines to be journalled."""

    espace: EspaceSante
    acteur: ActeurAcces
    situation: Situation
    decision: Decision
    reglages: Reglages
    filtre: Filtre
    version_matrice: UUID | None
    ouverture_id: UUID | None
    visite_precedente_le: datetime | None
    """When this professional opened the record before (R-PS-25)."""
    alertes: str | None
    """At which rhythm he is told of new documents (R-PS-30)."""
    secrete: bool
    """A minor's connexion secrète: what is done goes to the réservée chain (R-PRO-09)."""
    _cle_identite: Cle
    cle_journal: Cle
    _cle_medicale: Cle | None = None
    _lignes: list[Inscription] = field(default_factory=list)

    @property
    def espace_id(self) -> UUID:
        identifiant: UUID = self.espace.pk
        return identifiant

    @property
    def coffre(self) -> Cle:
        """The medical key, read behind the wall the first time it is needed."""
        if self._cle_medicale is None:
            self._cle_medicale = coffres.coffre(CleMedicale, self.espace_id)
        return self._cle_medicale

    def traits(self) -> dict[str, Any]:
        """The person's traits in clear (`usagers.models.Identite`)."""
        return self.espace.identite.traits(self._cle_identite)

    @property
    def masquer_par_defaut(self) -> bool:
        masquer: bool = self.espace.reglage.masquer_par_defaut
        return masquer

    def codes_lisibles(self) -> frozenset[str]:
        return cases.codes_lisibles(
            self.version_matrice, self.acteur.profession, self.acteur.specialite
        )

    def decider(
        self,
        action: Action,
        *,
        type_document: str,
        masques: frozenset[Masque],
        auteur: bool,
        cote_patient: bool,
        **faits: Any,
    ) -> Decision:
        """The decision for one document of this espace."""
        return politique.decider(
            self.situation.avec(
                action=action,
                type_document=type_document,
                masques=masques,
                auteur=auteur,
                cote_patient=cote_patient,
                case=cases.case_pour(
                    self.version_matrice,
                    self.acteur.profession,
                    self.acteur.specialite,
                    type_document,
                ),
                **faits,
            ),
            self.reglages,
        )

    def decider_sur_l_espace(self, action: Action) -> Decision:
        """The decision for an act on the espace itself."""
        return politique.decider_espace(replace(self.situation, action=action), self.reglages)

    def refuser(
        self,
        decision: Decision | None,
        *,
        action: Action,
        objet_id: UUID | None,
        lisible: bool = False,
    ) -> AccesRefuse:
        """The refusal to raise for an object of this espace; `decision` None: it does not exist."""
        refus = _ABSENT if decision is None else decision
        statut = (
            404
            if decision is None
            else politique.statut_http(refus, sur_espace=objet_id is None, lisible=lisible)
        )
        return AccesRefuse(
            refus,
            acteur=self.acteur,
            espace_id=self.espace_id,
            objet_id=objet_id,
            action=action,
            statut=statut,
        )

    def noter(
        self,
        fait: Fait,
        *,
        objet_id: UUID | None = None,
        details: Mapping[str, Any] | None = None,
        reservee: bool = False,
    ) -> None:
        """Adds a line to the espace's journal, written when the pile closes."""
        self._lignes.append(
            Inscription(
                fait=fait,
                acteur=self.acteur.trace,
                objet_id=objet_id,
                details=details or {},
                mode="" if self.situation.mode is Mode.NORMAL else str(self.situation.mode),
                reservee=reservee or self.secrete,
            )
        )

    def _ecrire_journal(self) -> None:
        if self._lignes and not connection.needs_rollback:
            inscrire_mur_ouvert(self.espace_id, self._lignes, cle=self.cle_journal)
            self._lignes.clear()


class Etabli(NamedTuple):
    """The established facts before anything is opened."""

    situation: Situation
    espace: EspaceSante
    faits: Faits


def situation_de_l_espace(acteur: ActeurAcces, espace_id: UUID, action: Action) -> Etabli:
    """The established facts, without opening anything. Raises AccesRefuse when there is no espace."""
    jour = timezone.localdate()
    faits = faits_de([espace_id], acteur, jour).get(espace_id)
    if faits is None:
        raise AccesRefuse(_ABSENT, acteur=acteur, espace_id=None, action=action, statut=404)
    return Etabli(_situation(faits, acteur, action, jour), faits.espace, faits)


def decider_durablement(
    acteur: ActeurAcces, espace_id: UUID, *, type_document: str, **faits: Any
) -> Decision:
    """Whether this professional could read such a document today, on a basis that lasts.

    A team's consent or a patient's authorisation last; the agreement of one consultation does not,
    nor an emergency (R-PS-30). `faits`: the document's, as for `Acces.decider`.
    """
    situation, _espace, lus = situation_de_l_espace(acteur, espace_id, Action.LIRE)
    base = Base.AUCUNE
    if not lus.retire:
        if lus.autorise_jusqua is not None:
            base = Base.CONSENTEMENT
        elif situation.consentement_initial:
            base = Base.EQUIPE
    return politique.decider(
        replace(
            situation,
            base=base,
            mode=Mode.NORMAL,
            type_document=type_document,
            case=cases.case_pour(
                lus.version_matrice, acteur.profession, acteur.specialite, type_document
            ),
            **faits,
        ),
        reglages(),
    )


def ouvrir(
    pile: ExitStack,
    acteur: ActeurAcces,
    espace_id: UUID,
    action: Action,
    *,
    objet_id: UUID | None = None,
) -> Acces:
    """Opens the espace for one act, on `pile`, or raises AccesRefuse.

    `objet_id`: the act aims at one document. The espace may then be refused as a whole and the
    document still granted to its author; whoever loads it asks `Acces.decider` with its facts.
    """
    situation, espace, faits = situation_de_l_espace(acteur, espace_id, action)
    regles = reglages()
    decision = politique.decider_espace(situation, regles)
    filtre = politique.filtre_lecture(situation, regles)
    # A document may be reached where its espace is not: by its author, even blocked.
    au_mieux = objet_id is not None and politique.decider_au_mieux(situation, regles)
    if not decision and not au_mieux:
        raise AccesRefuse(
            decision,
            acteur=acteur,
            espace_id=espace_id,
            objet_id=objet_id,
            action=action,
            statut=politique.statut_http(decision, sur_espace=objet_id is None, lisible=False),
        )
    acces = Acces(
        espace=espace,
        acteur=acteur,
        situation=situation,
        decision=decision,
        reglages=regles,
        filtre=filtre,
        version_matrice=faits.version_matrice,
        ouverture_id=faits.ouverture_id,
        visite_precedente_le=faits.visite_precedente_le,
        alertes=faits.alertes,
        secrete=faits.ouverture_secrete,
        _cle_identite=_ouvrir_cle(CleIdentite, espace_id, faits.enveloppe_identite),
        cle_journal=_ouvrir_cle(CleJournal, espace_id, faits.enveloppe_journal),
    )
    _ouvrir_le_mur(pile, acces, action)
    pile.callback(acces._ecrire_journal)
    return acces


def acces_simule(acces: Acces, acteur: ActeurAcces) -> Acces:
    """« Ce que voit mon médecin » (I-16): the record as `acteur` would read it, with her agreement.

    The wall stays as the patient opened it: rows that she may not see don't appear, and nothing is
    journalled in the other's name. `acteur.id` None: nobody in particular, somebody of a profession
    to whom she gives access; else what she decided about this person counts (block, withdrawal,
    administrator).
    """
    retire = False
    situation = Situation(
        acteur=acteur.genre,
        action=Action.LISTER,
        profession=acteur.profession,
        specialite=acteur.specialite,
        statut_espace=acces.situation.statut_espace,
        mineur=acces.situation.mineur,
    )
    if acteur.id is not None:
        situation, _espace, faits = situation_de_l_espace(acteur, acces.espace_id, Action.LISTER)
        retire = faits.retire
    situation = replace(
        situation, mode=Mode.NORMAL, base=Base.AUCUNE if retire else Base.CONSENTEMENT
    )
    return Acces(
        espace=acces.espace,
        acteur=acteur,
        situation=situation,
        decision=politique.decider_espace(situation, acces.reglages),
        reglages=acces.reglages,
        filtre=politique.filtre_lecture(situation, acces.reglages),
        version_matrice=acces.version_matrice,
        ouverture_id=None,
        visite_precedente_le=None,
        alertes=None,
        secrete=False,
        _cle_identite=acces._cle_identite,
        cle_journal=acces.cle_journal,
    )


def _ouvrir_cle(modele: coffres.ModeleCle, espace_id: UUID, enveloppe: bytes | None) -> Cle:
    """Raises CleAbsente for a key that was destroyed."""
    if enveloppe is None:
        raise coffres.CleAbsente("clé absente")
    return coffres.ouvrir_enveloppe(modele, espace_id, enveloppe)


def _ouvrir_le_mur(pile: ExitStack, acces: Acces, action: Action) -> None:
    """Reading opens rows to be seen, depositing only lets rows in, the rest needs both.

    A patient's reading also notes that she has read (R-MAS-11), hence writes.
    """
    ici = [acces.espace_id]
    rien: list[UUID] = []
    historique_complet = action is Action.VOIR_HISTORIQUE_COMPLET
    lecture_seule = (
        historique_complet
        or action is Action.LISTER
        or (action is Action.LIRE and acces.acteur.est_soignant)
    )
    pile.enter_context(
        mur.ouvrir(
            lus=rien if action is Action.DEPOSER else ici,
            ecrits=rien if lecture_seule else ici,
            journal_ecrit=ici,
            journal_lu=ici
            if acces.acteur.genre in _LECTEURS_DU_JOURNAL or historique_complet
            else rien,
            journal_reserve=ici
            if historique_complet and acces.acteur.genre is Acteur.TITULAIRE
            else rien,
        )
    )


def lignes_propres(acces: Acces, filtre: FiltreHistorique, tranche: slice) -> list[LigneLue]:
    """What this professional did himself in this espace, latest first (R-TRA-05).

    The journal is opened for this one query, narrowed to its reader's own lines: those of a
    connexion secrète are his own acts and there too; nobody else's ever are. `tranche`: the lines
    wanted, from 0.
    """
    acteur = acces.acteur
    if acteur.id is None or acteur.genre not in (Acteur.PROFESSIONNEL, Acteur.PERSONNEL):
        return []
    ici = [acces.espace_id]
    propres = lignes(acces.espace_id, filtre, reservee=True).filter(
        acteur_genre__in=(GenreActeur.PROFESSIONNEL, GenreActeur.PERSONNEL), acteur_id=acteur.id
    )
    with mur.ouvrir(journal_lu=ici, journal_reserve=ici):
        return [en_francais(ligne, acces.cle_journal) for ligne in propres[tranche]]


@contextmanager
def ouvrir_pour_le_systeme(espace_id: UUID) -> Iterator[tuple[Cle, Cle]]:
    """Opens an espace for a job of the product itself (analysis, notification): nobody's reading.

    Yields the medical and the journal keys; to be used inside a transaction.
    """
    ici = [espace_id]
    with mur.ouvrir(lus=ici, ecrits=ici, journal_ecrit=ici):
        yield coffres.coffre(CleMedicale, espace_id), coffres.coffre(CleJournal, espace_id)


_LECTEURS_DU_JOURNAL = frozenset({Acteur.TITULAIRE, Acteur.REPRESENTANT, Acteur.AIDANT})
