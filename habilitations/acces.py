"""The one door to medical data (conception §3).

    acces = ouvrir(pile, acteur, espace_id, action)
        reads the gouvernance tables in one query → politique → Decision
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
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from habilitations import cases, politique
from habilitations.models import (
    Administrateur,
    Blocage,
    ConsentementInitial,
    ReglageAcces,
    RetraitAcces,
    VersionMatrice,
)
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


def _faits(espace_id: UUID, acteur: ActeurAcces, jour: date) -> EspaceSante | None:
    """Everything governance says about this espace and this actor, in one query."""
    ref = OuterRef("pk")
    espaces = EspaceSante.objects.select_related("reglage", "identite").filter(pk=espace_id)
    annotations: dict[str, Any] = {
        "version_matrice": Subquery(VersionMatrice.objects.en_vigueur(jour).values("id")[:1]),
        "enveloppe_identite": Subquery(
            CleIdentite.objects.filter(pk=ref).values("enveloppe")[:1],
            output_field=models.BinaryField(),
        ),
        "enveloppe_journal": Subquery(
            CleJournal.objects.filter(pk=ref).values("enveloppe")[:1],
            output_field=models.BinaryField(),
        ),
    }
    if acteur.est_soignant:
        espaces = espaces.annotate(
            # At most one: an exercice has one record open at a time (R-PS-22).
            en_cours=FilteredRelation(
                "ouvertures",
                condition=Q(
                    ouvertures__exercice=acteur.exercice_id,
                    ouvertures__fermee_le=None,
                    ouvertures__expire_le__gt=Now(),
                ),
            )
        )
        annotations |= {
            "bloque": Exists(
                Blocage.objects.filter(espace=ref, leve_le=None, professionnel=acteur.id)
            ),
            "structure_bloquee": Exists(
                Blocage.objects.filter(
                    espace=ref, leve_le=None, structure=acteur.structure_id
                ).exclude(structure=None)
            ),
            "administrateur": Exists(
                Administrateur.objects.filter(espace=ref, fin_le=None, professionnel=acteur.id)
            ),
            "retire": Exists(
                RetraitAcces.objects.filter(espace=ref, leve_le=None, professionnel=acteur.id)
            ),
            "consentement_initial": Exists(
                ConsentementInitial.objects.filter(
                    espace=ref, structure=acteur.structure_id, retire_le=None, fin_le__gt=Now()
                )
            ),
            "ouverture_id": F("en_cours__id"),
            "ouverture_mode": F("en_cours__mode"),
            "ouverture_base": F("en_cours__base"),
            "ouverture_justifiee": Q(en_cours__scelle__isnull=False),
        }
    return espaces.annotate(**annotations).first()


def _situation(espace: EspaceSante, acteur: ActeurAcces, action: Action, jour: date) -> Situation:
    # No row until the patient changes something: the defaults of R-URG-09 and R-MAS-04 hold.
    reglage = getattr(espace, "reglage", None) or ReglageAcces()
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
    faits: Any = espace
    base = Base(faits.ouverture_base) if faits.ouverture_base and not faits.retire else Base.AUCUNE
    return replace(
        situation,
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
        reglage = getattr(self.espace, "reglage", None)
        return reglage is not None and reglage.masquer_par_defaut

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
            replace(
                self.situation,
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
        refus = decision or _ABSENT
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
                reservee=reservee,
            )
        )

    def _ecrire_journal(self) -> None:
        if self._lignes and not connection.needs_rollback:
            inscrire_mur_ouvert(self.espace_id, self._lignes, cle=self.cle_journal)
            self._lignes.clear()


def situation_de_l_espace(
    acteur: ActeurAcces, espace_id: UUID, action: Action
) -> tuple[Situation, EspaceSante]:
    """The established facts, without opening anything. Raises AccesRefuse when there is no espace."""
    jour = timezone.localdate()
    espace = _faits(espace_id, acteur, jour)
    if espace is None:
        raise AccesRefuse(_ABSENT, acteur=acteur, espace_id=None, action=action, statut=404)
    return _situation(espace, acteur, action, jour), espace


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
    situation, espace = situation_de_l_espace(acteur, espace_id, action)
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
    faits: Any = espace
    acces = Acces(
        espace=espace,
        acteur=acteur,
        situation=situation,
        decision=decision,
        reglages=regles,
        filtre=filtre,
        version_matrice=faits.version_matrice,
        ouverture_id=getattr(espace, "ouverture_id", None),
        _cle_identite=coffres.ouvrir_enveloppe(CleIdentite, espace_id, faits.enveloppe_identite),
        cle_journal=coffres.ouvrir_enveloppe(CleJournal, espace_id, faits.enveloppe_journal),
    )
    _ouvrir_le_mur(pile, acces, action)
    pile.callback(acces._ecrire_journal)
    return acces


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


@contextmanager
def ouvrir_pour_le_systeme(espace_id: UUID) -> Iterator[tuple[Cle, Cle]]:
    """Opens an espace for a job of the product itself (analysis, notification): nobody's reading.

    Yields the medical and the journal keys; to be used inside a transaction.
    """
    ici = [espace_id]
    with mur.ouvrir(lus=ici, ecrits=ici, journal_ecrit=ici):
        yield coffres.coffre(CleMedicale, espace_id), coffres.coffre(CleJournal, espace_id)


_LECTEURS_DU_JOURNAL = frozenset({Acteur.TITULAIRE, Acteur.REPRESENTANT, Acteur.AIDANT})
