"""What the patient decides: blocks, administrators, roles, emergencies, masking (R-ADM, R-URG)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from habilitations.acces import Acces
from habilitations.actions.dossiers import couper
from habilitations.models import (
    AbonnementAlerte,
    Administrateur,
    Autorisation,
    Blocage,
    Ouverture,
    ReglageAcces,
    RetraitAcces,
    Role,
    RoleDeclare,
)
from habilitations.politique import NON_PREVU, Acteur, Action
from journal.faits import Fait
from mes.socle import travaux
from professionnels.models import Professionnel, Structure

_GERANTS = frozenset({Acteur.TITULAIRE, Acteur.REPRESENTANT})


class ChoixImpossible(Exception):
    """The choice can't be made; `str()` is French and says what to do."""


def exiger_de_gerer(acces: Acces) -> None:
    """Who sees the record is decided by the titulaire or a representative, nobody else.

    The table has no act of its own for it: it is asked as « bloquer », which it grants to them, and
    what it also grants to an administrator (blocking) is not this. Raises AccesRefuse.
    """
    exiger_de_bloquer(acces)
    if acces.acteur.genre not in _GERANTS:
        raise acces.refuser(NON_PREVU, action=Action.BLOQUER, objet_id=None)


def exiger_de_bloquer(acces: Acces) -> None:
    decision = acces.decider_sur_l_espace(Action.BLOQUER)
    if not decision:
        raise acces.refuser(decision, action=Action.BLOQUER, objet_id=None)


@transaction.atomic
def bloquer_professionnel(*, acces: Acces, professionnel_id: UUID) -> None:
    """The patient (or an administrator) blocks somebody, effective at once (R-PS-10, R-ADM-05)."""
    exiger_de_bloquer(acces)
    _bloc, pose = Blocage.objects.get_or_create(
        espace_id=acces.espace_id, professionnel_id=professionnel_id, leve_le=None
    )
    if not pose:
        return
    maintenant = timezone.now()
    du_professionnel = {"espace_id": acces.espace_id, "professionnel_id": professionnel_id}
    Administrateur.objects.filter(**du_professionnel, fin_le=None).update(fin_le=maintenant)
    Autorisation.objects.filter(**du_professionnel, retiree_le=None).update(retiree_le=maintenant)
    exercices = {
        "espace_id": acces.espace_id,
        "exercice__professionnel_id": professionnel_id,
    }
    AbonnementAlerte.objects.filter(**exercices, fin_le=None).update(fin_le=maintenant)
    couper(Ouverture.objects.filter(**exercices), urgence_comprise=True)
    acces.noter(
        Fait.BLOCAGE,
        objet_id=professionnel_id,
        details={"titre": str(Professionnel.objects.get(pk=professionnel_id))},
    )


@transaction.atomic
def debloquer_professionnel(*, acces: Acces, professionnel_id: UUID) -> None:
    """Lifts the block; the professional is not authorised again thereby (R-PS-12)."""
    exiger_de_gerer(acces)
    leves = Blocage.objects.filter(
        espace_id=acces.espace_id, professionnel_id=professionnel_id, leve_le=None
    ).update(leve_le=timezone.now())
    if not leves:
        return
    RetraitAcces.objects.get_or_create(
        espace_id=acces.espace_id, professionnel_id=professionnel_id, leve_le=None
    )
    acces.noter(
        Fait.DEBLOCAGE,
        objet_id=professionnel_id,
        details={"titre": str(Professionnel.objects.get(pk=professionnel_id))},
    )


@transaction.atomic
def bloquer_structure(*, acces: Acces, structure_id: UUID) -> None:
    """Nobody reads from this place any more, at once (I-05); an emergency there still may."""
    exiger_de_gerer(acces)
    _bloc, pose = Blocage.objects.get_or_create(
        espace_id=acces.espace_id, structure_id=structure_id, leve_le=None
    )
    if not pose:
        return
    exercices = {"espace_id": acces.espace_id, "exercice__structure_id": structure_id}
    AbonnementAlerte.objects.filter(**exercices, fin_le=None).update(fin_le=timezone.now())
    couper(Ouverture.objects.filter(**exercices))
    acces.noter(
        Fait.BLOCAGE,
        objet_id=structure_id,
        details={"titre": str(Structure.objects.get(pk=structure_id))},
    )


@transaction.atomic
def debloquer_structure(*, acces: Acces, structure_id: UUID) -> None:
    """Lifts the block; the team is not authorised again thereby (R-PS-12)."""
    exiger_de_gerer(acces)
    leves = Blocage.objects.filter(
        espace_id=acces.espace_id, structure_id=structure_id, leve_le=None
    ).update(leve_le=timezone.now())
    if not leves:
        return
    RetraitAcces.objects.get_or_create(
        espace_id=acces.espace_id, structure_id=structure_id, leve_le=None
    )
    acces.noter(
        Fait.DEBLOCAGE,
        objet_id=structure_id,
        details={"titre": str(Structure.objects.get(pk=structure_id))},
    )


@transaction.atomic
def nommer_administrateur(*, acces: Acces, professionnel_id: UUID) -> None:
    """Gives a professional the four extra rights (R-ADM-01, 02, 04). Idempotent.

    Raises ChoixImpossible for somebody she has blocked.
    """
    exiger_de_gerer(acces)
    if Blocage.objects.filter(
        espace_id=acces.espace_id, professionnel_id=professionnel_id, leve_le=None
    ).exists():
        raise ChoixImpossible("Ce professionnel est bloqué : débloquez-le d'abord.")
    mandat, nomme = Administrateur.objects.get_or_create(
        espace_id=acces.espace_id, professionnel_id=professionnel_id, fin_le=None
    )
    if nomme:
        _annoncer_mandat(acces, mandat, Fait.ADMINISTRATEUR_NOMME)


@transaction.atomic
def retirer_administrateur(*, acces: Acces, professionnel_id: UUID) -> None:
    """Takes the extra rights back, at once (R-ADM-01, 04). Idempotent."""
    exiger_de_gerer(acces)
    for mandat in Administrateur.objects.select_for_update(of=("self",)).filter(
        espace_id=acces.espace_id, professionnel_id=professionnel_id, fin_le=None
    ):
        mandat.fin_le = timezone.now()
        mandat.save(update_fields=["fin_le"])
        _annoncer_mandat(acces, mandat, Fait.ADMINISTRATEUR_RETIRE)


def _annoncer_mandat(acces: Acces, mandat: Administrateur, fait: Fait) -> None:
    acces.noter(
        fait,
        objet_id=mandat.professionnel_id,
        details={"titre": str(mandat.professionnel)},
    )
    nature = "nomination" if fait is Fait.ADMINISTRATEUR_NOMME else "retrait"
    travaux.planifier(f"habilitations.annoncer_{nature}", mandat.pk, espace_id=acces.espace_id)


@transaction.atomic
def declarer_role(*, acces: Acces, professionnel_id: UUID, role: Role) -> None:
    """One of each role at most, the new replaces the former (R-ADM-06); it opens nothing."""
    exiger_de_gerer(acces)
    en_cours = RoleDeclare.objects.filter(espace_id=acces.espace_id, role=role, fin_le=None)
    if en_cours.filter(professionnel_id=professionnel_id).exists():
        return
    en_cours.update(fin_le=timezone.now())
    declare = RoleDeclare.objects.create(
        espace_id=acces.espace_id, professionnel_id=professionnel_id, role=role
    )
    acces.noter(
        Fait.ROLE_DECLARE,
        objet_id=professionnel_id,
        details={"titre": f"{declare.professionnel}, {Role(role).label}"},
    )


@transaction.atomic
def retirer_role(*, acces: Acces, role: Role) -> None:
    """Nobody holds this role any more. Idempotent."""
    exiger_de_gerer(acces)
    if RoleDeclare.objects.filter(espace_id=acces.espace_id, role=role, fin_le=None).update(
        fin_le=timezone.now()
    ):
        acces.noter(Fait.ROLE_DECLARE, details={"titre": f"personne, {Role(role).label}"})


@transaction.atomic
def regler_urgence(
    *, acces: Acces, samu: bool, bris_de_glace: bool, masques_en_urgence: bool
) -> None:
    """The three independent switches (R-URG-01, 02, 09): True lets them in."""
    exiger_de_gerer(acces)
    ReglageAcces.objects.update_or_create(
        espace_id=acces.espace_id,
        defaults={
            "opposition_samu": not samu,
            "opposition_bris_de_glace": not bris_de_glace,
            "masques_en_urgence": masques_en_urgence,
        },
    )
    acces.noter(
        Fait.URGENCE_REGLEE,
        details={
            "samu": samu,
            "bris_de_glace": bris_de_glace,
            "masques_en_urgence": masques_en_urgence,
        },
    )


@transaction.atomic
def masquer_par_defaut(*, acces: Acces, masquer: bool) -> None:
    """« Tout masquer / tout rendre visible », for what is to come (R-MAS-03)."""
    exiger_de_gerer(acces)
    ReglageAcces.objects.update_or_create(
        espace_id=acces.espace_id, defaults={"masquer_par_defaut": masquer}
    )
