"""Every change of an espace or an identity: a French verb, its actor named, atomic."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from journal.faits import ActeurTrace, Fait
from journal.inscription import Inscription, inscrire
from mes.socle import coffres, mur
from mes.socle.identifiants import Ins, TraitsStricts
from mes.socle.models import CleIdentite
from mes.socle.uuid7 import uuid7
from usagers.identite import (
    TraitsComplementaires,
    date_majorite,
    fiche,
    index_ins,
    index_traits,
)
from usagers.insi import CodeINSi, ReponseINSi, teleservice
from usagers.models import EspaceSante, Gestion, Identite, Preferences, Qualite, Statut


class EspaceExistant(Exception):
    """This INS already has an espace."""

    def __init__(self, espace_id: UUID) -> None:
        super().__init__("cette INS a déjà un espace")
        self.espace_id = espace_id


class IdentiteNonQualifiable(Exception):
    """A doubtful or fictitious identity may not be asked of INSi."""


@transaction.atomic
def ouvrir_espace(
    *,
    traits: TraitsStricts,
    ins: Ins | None,
    acteur: ActeurTrace,
    complementaires: TraitsComplementaires | None = None,
    trouvee_insi: bool,
    piece_controlee: bool,
    statut: Statut = Statut.OUVERT_NON_ACTIVE,
    zone_postale: str = "",
) -> EspaceSante:
    """Opens an espace with its keys and its identity; first line of its journal (R-OPT-15).

    Raises EspaceExistant when the INS has one already.
    """
    if ins is not None:
        existant = Identite.objects.filter(ins_index=index_ins(ins.matricule)).first()
        if existant is not None:
            raise EspaceExistant(existant.pk)
    espace = EspaceSante(
        id=uuid7(),
        statut=statut,
        majeur_le=date_majorite(traits.date_naissance),
        zone_postale=zone_postale,
    )
    espace.save(force_insert=True)
    with mur.ouvrir(ecrits=[espace.pk]):
        coffres.creer_cles(espace.pk)
    cle = coffres.coffre(CleIdentite, espace.pk)
    clair = fiche(ins, traits, complementaires or TraitsComplementaires())
    Identite(
        espace=espace,
        ins_index=index_ins(ins.matricule) if ins else None,
        traits_index=_index_de(traits),
        trouvee_insi=trouvee_insi,
        piece_controlee=piece_controlee,
        scelle=cle.sceller_json(clair, lieu=Identite.lieu(espace.pk)),
    ).save(force_insert=True)
    inscrire(espace.pk, Inscription(Fait.ESPACE_OUVERT, acteur))
    return espace


def _index_de(traits: TraitsStricts) -> bytes:
    return index_traits(traits.nom_naissance, traits.premier_prenom, traits.date_naissance)


def _traits_de(clair: dict[str, Any]) -> TraitsStricts:
    return TraitsStricts.depuis_saisie(
        nom_naissance=clair["nom_naissance"],
        prenoms=clair["prenoms"],
        date_naissance=clair["date_naissance"],
        sexe=clair["sexe"],
        lieu_naissance=clair["lieu_naissance"],
    )


def _verrouiller(espace_id: UUID) -> Identite:
    return Identite.objects.select_for_update(of=("self",)).get(pk=espace_id)


@transaction.atomic
def verifier_par_insi(*, espace_id: UUID, acteur: ActeurTrace) -> ReponseINSi:
    """Asks INSi for the INS of the recorded traits; outside code 00 nothing is retrieved (R-INS-02).

    Raises IdentiteNonQualifiable, INSiIndisponible.
    """
    identite = _verrouiller(espace_id)
    if identite.douteuse or identite.fictive:
        raise IdentiteNonQualifiable("identité douteuse ou fictive : INSi ne peut être interrogé")
    cle = coffres.coffre(CleIdentite, espace_id)
    clair = identite.traits(cle)
    reponse = teleservice().interroger(_traits_de(clair))
    if reponse.code is CodeINSi.TROUVEE and reponse.ins is not None:
        clair |= {"matricule": reponse.ins.matricule, "oid": reponse.ins.oid}
        identite.ins_index = index_ins(reponse.ins.matricule)
        identite.trouvee_insi = True
        identite.scelle = cle.sceller_json(clair, lieu=Identite.lieu(espace_id))
        identite.modifiee_le = timezone.now()
        identite.save()
    inscrire(
        espace_id,
        Inscription(
            Fait.IDENTITE_VERIFIEE, acteur, details={"moyen": "INSi", "code": reponse.code}
        ),
    )
    return reponse


@transaction.atomic
def controler_piece(*, espace_id: UUID, acteur: ActeurTrace, dispositif: str) -> None:
    """Records that a high-trust document was checked (R-INS-02); `dispositif` says which kind."""
    identite = _verrouiller(espace_id)
    identite.piece_controlee = True
    identite.modifiee_le = timezone.now()
    identite.save(update_fields=["piece_controlee", "modifiee_le"])
    inscrire(
        espace_id,
        Inscription(
            Fait.IDENTITE_VERIFIEE, acteur, details={"moyen": "pièce", "dispositif": dispositif}
        ),
    )


@transaction.atomic
def modifier_traits(*, espace_id: UUID, traits: TraitsStricts, acteur: ActeurTrace) -> None:
    """Changes strict traits: both facts fall, the INS leaves until verified again (R-INS-02, 04)."""
    identite = _verrouiller(espace_id)
    cle = coffres.coffre(CleIdentite, espace_id)
    avant = identite.traits(cle)
    if _traits_de(avant) == traits:
        return
    apres = avant | fiche(
        None, traits, TraitsComplementaires(avant["nom_usage"], avant["prenom_utilise"])
    )
    identite.ins_index = None
    identite.traits_index = _index_de(traits)
    identite.trouvee_insi = identite.piece_controlee = False
    identite.scelle = cle.sceller_json(apres, lieu=Identite.lieu(espace_id))
    identite.modifiee_le = timezone.now()
    identite.save()
    EspaceSante.objects.filter(pk=espace_id).update(majeur_le=date_majorite(traits.date_naissance))
    inscrire(espace_id, Inscription(Fait.IDENTITE_MODIFIEE, acteur))


@transaction.atomic
def modifier_complementaires(
    *, espace_id: UUID, complementaires: TraitsComplementaires, acteur: ActeurTrace
) -> None:
    """Changes the names in use: the status of the identity does not move (R-INS-05)."""
    identite = _verrouiller(espace_id)
    cle = coffres.coffre(CleIdentite, espace_id)
    clair = identite.traits(cle) | {
        "nom_usage": complementaires.nom_usage,
        "prenom_utilise": complementaires.prenom_utilise,
    }
    identite.scelle = cle.sceller_json(clair, lieu=Identite.lieu(espace_id))
    identite.modifiee_le = timezone.now()
    identite.save(update_fields=["scelle", "modifiee_le"])
    inscrire(
        espace_id, Inscription(Fait.IDENTITE_MODIFIEE, acteur, details={"objet": "noms d'usage"})
    )


@transaction.atomic
def activer_espace(*, espace_id: UUID, compte_id: UUID, acteur: ActeurTrace) -> Gestion:
    """The account becomes the titulaire's and the espace active (R-STA-03)."""
    EspaceSante.objects.filter(pk=espace_id, statut=Statut.OUVERT_NON_ACTIVE).update(
        statut=Statut.ACTIVE, statut_depuis=timezone.now()
    )
    gestion, creee = Gestion.objects.get_or_create(
        espace_id=espace_id,
        compte_id=compte_id,
        fin_le=None,
        defaults={"qualite": Qualite.TITULAIRE},
    )
    if creee:
        Preferences.objects.create(gestion=gestion, espace_id=espace_id)
        inscrire(espace_id, Inscription(Fait.ESPACE_ACTIVE, acteur))
    return gestion


@transaction.atomic
def changer_preferences(*, espace_id: UUID, compte_id: UUID, courriel_document: bool) -> None:
    """What the account wants to be told of this espace by e-mail (R-NOT-05)."""
    gestion = Gestion.objects.get(espace_id=espace_id, compte_id=compte_id, fin_le=None)
    Preferences.objects.update_or_create(
        gestion=gestion,
        defaults={"espace_id": espace_id, "courriel_document": courriel_document},
    )
