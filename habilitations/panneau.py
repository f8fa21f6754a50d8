"""« Qui peut voir mon dossier »: what the patient decided, as her control panel shows it (R-PS-02…30).

Reads the tables of gouvernance and the public directory, nothing of the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from habilitations.acces import Acces
from habilitations.models import (
    AbonnementAlerte,
    Administrateur,
    Autorisation,
    Blocage,
    ConsentementInitial,
    EpisodeSoins,
    Ouverture,
    ReglageAcces,
    RetraitAcces,
    Role,
    RoleDeclare,
)
from habilitations.politique import Acteur, Mode
from mes.socle.nomenclatures import specialites
from professionnels.models import Exercice, Professionnel, Structure

METIERS_DES_ROLES: Mapping[Role, str] = {
    Role.MEDECIN_TRAITANT: "10",
    Role.SAGE_FEMME_REFERENTE: "50",
    Role.PHARMACIEN_CORRESPONDANT: "21",
}
"""The profession that may hold each role (R-ADM-06)."""


@dataclass(frozen=True, slots=True)
class Lieu:
    """Where and as what somebody practises, in a line."""

    exercice_id: UUID
    metier: str
    specialite: str
    structure: str
    commune: str

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.metier, self.specialite, self.structure, self.commune)))


@dataclass(frozen=True, slots=True)
class Personne:
    """A professional, and everything that the patient decided about him."""

    professionnel: Professionnel
    est_actif: bool
    """False: shown as no longer practising, and still blockable (R-PS-27)."""
    metier: str
    autorisation: Autorisation | None = None
    ouverture: Ouverture | None = None
    """His record open now, but a secret one shown to anybody else than the titulaire."""
    mandat: Administrateur | None = None
    roles: Sequence[RoleDeclare] = ()
    blocage: Blocage | None = None
    retrait: RetraitAcces | None = None
    abonnements: Sequence[AbonnementAlerte] = ()

    @property
    def id(self) -> UUID:
        identifiant: UUID = self.professionnel.pk
        return identifiant

    @property
    def nom(self) -> str:
        return str(self.professionnel)

    @property
    def est_en_urgence(self) -> bool:
        return self.ouverture is not None and self.ouverture.mode != Mode.NORMAL

    @property
    def est_autorisee(self) -> bool:
        """Reads now, or may until the day that the patient chose."""
        return self.blocage is None and (
            self.autorisation is not None or self.ouverture is not None
        )


@dataclass(frozen=True, slots=True)
class Equipe:
    """A structure, and everything that the patient decided about its care team."""

    structure: Structure
    consentement: ConsentementInitial | None = None
    episode: EpisodeSoins | None = None
    blocage: Blocage | None = None
    retrait: RetraitAcces | None = None

    @property
    def id(self) -> UUID:
        identifiant: UUID = self.structure.pk
        return identifiant

    @property
    def nom(self) -> str:
        return str(self.structure)

    @property
    def est_autorisee(self) -> bool:
        return self.blocage is None and self.consentement is not None


@dataclass(frozen=True, slots=True)
class Panneau:
    """The whole page: people and teams, each in the one list that says the most about it."""

    personnes: Sequence[Personne]
    equipes: Sequence[Equipe]
    reglage: ReglageAcces

    @property
    def autorisees(self) -> Sequence[Personne]:
        return [personne for personne in self.personnes if personne.est_autorisee]

    @property
    def equipes_autorisees(self) -> Sequence[Equipe]:
        return [equipe for equipe in self.equipes if equipe.est_autorisee]

    @property
    def choisies(self) -> Sequence[Personne]:
        """Known for a role or a mandate alone, which don't open the record (R-PS-13, R-ADM-03)."""
        return [
            personne
            for personne in self.personnes
            if (personne.roles or personne.mandat)
            and not personne.est_autorisee
            and personne.blocage is None
        ]

    @property
    def bloquees(self) -> Sequence[Personne]:
        return [personne for personne in self.personnes if personne.blocage is not None]

    @property
    def equipes_bloquees(self) -> Sequence[Equipe]:
        return [equipe for equipe in self.equipes if equipe.blocage is not None]

    @property
    def retirees(self) -> Sequence[Personne]:
        """Whose access was taken back: only she herself gives it again (R-PS-12, R-PS-16)."""
        return [
            personne
            for personne in self.personnes
            if personne.retrait is not None
            and personne.blocage is None
            and personne not in self.choisies
            and not personne.est_autorisee
        ]

    @property
    def equipes_retirees(self) -> Sequence[Equipe]:
        return [
            equipe
            for equipe in self.equipes
            if equipe.retrait is not None and equipe.blocage is None and not equipe.est_autorisee
        ]

    @property
    def abonnements(self) -> Sequence[tuple[Personne, AbonnementAlerte]]:
        """Who asked to be told of new documents (R-PS-30)."""
        return [(p, abonnement) for p in self.personnes for abonnement in p.abonnements]

    @property
    def phrase(self) -> str:
        """The answer in one sentence."""
        personnes, equipes = len(self.autorisees), len(self.equipes_autorisees)
        if not personnes and not equipes:
            return "Aucun professionnel ne peut lire votre dossier aujourd'hui."
        qui = " et ".join(
            mots
            for nombre, mots in (
                (personnes, _compter(personnes, "professionnel")),
                (equipes, _compter(equipes, "équipe de soins", "équipes de soins")),
            )
            if nombre
        )
        verbe = "peuvent" if personnes + equipes > 1 else "peut"
        return f"{qui} {verbe} lire votre dossier aujourd'hui."


def _compter(nombre: int, singulier: str, pluriel: str = "") -> str:
    return f"{nombre} {singulier if nombre == 1 else pluriel or singulier + 's'}"


def lieux(professionnels: Iterable[UUID]) -> dict[UUID, list[Lieu]]:
    """Where each of them practises today, by the national directory; one query."""
    trouves: dict[UUID, list[Lieu]] = {}
    exercices = (
        Exercice.objects.actifs()
        .filter(professionnel__in=list(professionnels))
        .select_related("structure")
        .order_by("debut_le", "pk")
    )
    for exercice in exercices:
        trouves.setdefault(exercice.professionnel_id, []).append(lieu_de(exercice))
    return trouves


def lieu_de(exercice: Exercice) -> Lieu:
    """Says one exercice; its structure is read with it."""
    structure = exercice.structure
    specialite = specialites().get(exercice.specialite)
    return Lieu(
        exercice_id=exercice.pk,
        metier=exercice.libelle_profession,
        specialite=specialite.libelle if specialite else "",
        structure=str(structure) if structure else "",
        commune=structure.commune.title() if structure else "",
    )


@dataclass(frozen=True, slots=True)
class _Decisions:
    """The rows in force of one espace, by professional or by structure."""

    autorisations: Mapping[UUID, Autorisation]
    ouvertures: Mapping[UUID, Ouverture]
    mandats: Mapping[UUID, Administrateur]
    roles: Mapping[UUID, Sequence[RoleDeclare]]
    blocages: Mapping[UUID, Blocage]
    retraits: Mapping[UUID, RetraitAcces]
    abonnements: Mapping[UUID, Sequence[AbonnementAlerte]]

    def personne(self, professionnel: Professionnel, ou: Mapping[UUID, Sequence[Lieu]]) -> Personne:
        qui: UUID = professionnel.pk
        ici = ou.get(qui, ())
        return Personne(
            professionnel=professionnel,
            est_actif=bool(ici),
            metier=str(ici[0]) if ici else "",
            autorisation=self.autorisations.get(qui),
            ouverture=self.ouvertures.get(qui),
            mandat=self.mandats.get(qui),
            roles=self.roles.get(qui, ()),
            blocage=self.blocages.get(qui),
            retrait=self.retraits.get(qui),
            abonnements=self.abonnements.get(qui, ()),
        )


def _decisions(acces: Acces, de: UUID | None = None) -> _Decisions:
    """`de`: only about this professional."""
    ici = Q(espace=acces.espace_id)
    du_professionnel = ici & Q(professionnel=de) if de else ici & Q(professionnel__isnull=False)
    de_l_exercice = ici & Q(exercice__professionnel=de) if de else ici
    ouvertures = Ouverture.objects.en_cours(timezone.now()).filter(de_l_exercice)
    if acces.acteur.genre is not Acteur.TITULAIRE:
        # A minor's secret is hers: whoever represents her doesn't learn of it here (R-PRO-09).
        ouvertures = ouvertures.filter(secrete=False)
    roles: dict[UUID, list[RoleDeclare]] = {}
    for role in RoleDeclare.objects.filter(du_professionnel, fin_le=None).order_by("debut_le"):
        roles.setdefault(role.professionnel_id, []).append(role)
    abonnements: dict[UUID, list[AbonnementAlerte]] = {}
    for abonnement in (
        AbonnementAlerte.objects.filter(de_l_exercice, fin_le=None)
        .select_related("exercice")
        .order_by("depuis_le")
    ):
        abonnements.setdefault(abonnement.exercice.professionnel_id, []).append(abonnement)
    return _Decisions(
        autorisations={
            ligne.professionnel_id: ligne
            for ligne in Autorisation.objects.en_cours()
            .filter(du_professionnel)
            .select_related("recueillie_par__professionnel")
        },
        ouvertures={
            ligne.exercice.professionnel_id: ligne
            for ligne in ouvertures.select_related("exercice").order_by("ouverte_le")
        },
        mandats={
            ligne.professionnel_id: ligne
            for ligne in Administrateur.objects.filter(du_professionnel, fin_le=None)
        },
        roles=roles,
        blocages={
            ligne.professionnel_id: ligne
            for ligne in Blocage.objects.filter(du_professionnel, leve_le=None)
            if ligne.professionnel_id
        },
        retraits={
            ligne.professionnel_id: ligne
            for ligne in RetraitAcces.objects.filter(du_professionnel, leve_le=None)
            if ligne.professionnel_id
        },
        abonnements=abonnements,
    )


def panneau(acces: Acces) -> Panneau:
    """Everybody about whom the patient decided something that still holds, by name."""
    decisions = _decisions(acces)
    connus = {
        *decisions.autorisations,
        *decisions.ouvertures,
        *decisions.mandats,
        *decisions.roles,
        *decisions.blocages,
        *decisions.retraits,
        *decisions.abonnements,
    }
    ou = lieux(connus)
    professionnels = Professionnel.objects.filter(pk__in=connus).order_by(
        "nom_recherche", "prenom_recherche", "pk"
    )
    return Panneau(
        personnes=[decisions.personne(professionnel, ou) for professionnel in professionnels],
        equipes=_equipes(acces),
        # No row until she changes something: the defaults of R-URG-09 hold.
        reglage=getattr(acces.espace, "reglage", None) or ReglageAcces(),
    )


def personne(acces: Acces, professionnel: Professionnel) -> Personne:
    """The same for one professional, known here or not."""
    ou = lieux([professionnel.pk])
    return _decisions(acces, professionnel.pk).personne(professionnel, ou)


def equipe(acces: Acces, structure: Structure) -> Equipe:
    """The same for one structure."""
    connues = _equipes(acces, structure.pk)
    return connues[0] if connues else Equipe(structure)


def _equipes(acces: Acces, de: UUID | None = None) -> list[Equipe]:
    de_la_structure = Q(espace=acces.espace_id) & (
        Q(structure=de) if de else Q(structure__isnull=False)
    )
    consentements = {
        ligne.structure_id: ligne
        for ligne in ConsentementInitial.objects.filter(
            de_la_structure, retire_le=None, fin_le__gt=timezone.now()
        )
        .select_related("recueilli_par__professionnel")
        .order_by("recueilli_le")
    }
    episodes = {
        ligne.structure_id: ligne
        for ligne in EpisodeSoins.objects.filter(de_la_structure, fin_le=None)
    }
    blocages = {
        ligne.structure_id: ligne for ligne in Blocage.objects.filter(de_la_structure, leve_le=None)
    }
    retraits = {
        ligne.structure_id: ligne
        for ligne in RetraitAcces.objects.filter(de_la_structure, leve_le=None)
    }
    connues = {*consentements, *episodes, *blocages, *retraits}
    return [
        Equipe(
            structure=structure,
            consentement=consentements.get(structure.pk),
            episode=episodes.get(structure.pk),
            blocage=blocages.get(structure.pk),
            retrait=retraits.get(structure.pk),
        )
        for structure in Structure.objects.filter(pk__in=connues).order_by("raison_sociale", "pk")
    ]


def roles_possibles(exercices: Iterable[Exercice]) -> list[Role]:
    """The roles that somebody of these professions may hold (R-ADM-06)."""
    professions = {exercice.profession for exercice in exercices}
    return [role for role, profession in METIERS_DES_ROLES.items() if profession in professions]
