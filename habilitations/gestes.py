"""What the patient may do about a professional or a structure, in words: asked, explained, done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from habilitations.acces import Acces
from habilitations.actions import accords, choix
from habilitations.models import Role
from habilitations.panneau import Equipe, Personne


@dataclass(frozen=True, slots=True)
class Geste:
    """One act, as its page asks it. `{nom}` stands for whom it is about."""

    titre: str
    libelle: str
    consequences: Sequence[str]
    fait: str
    ton: str = "primaire"
    icone: str = ""
    demande_duree: bool = False
    demande_role: bool = False


@dataclass(frozen=True, slots=True)
class Saisie:
    """What the page of an act may ask."""

    jours: int = 0
    role: Role | None = None


def libelle_duree(jours: int) -> str:
    """« 7 jours » as people say it."""
    usuels = {1: "un jour", 7: "une semaine", 30: "un mois", 90: "trois mois", 365: "un an"}
    return usuels.get(jours, f"{jours} jours")


def durees() -> list[tuple[int, str]]:
    """What the patient may choose (I-04)."""
    return [(jours, libelle_duree(jours)) for jours in settings.MES_AUTORISATION_DUREES_JOURS]


_TOUT = (
    "Documents, vaccinations, histoire de soins, entourage et dons d'organes, directives anticipées"
)

DES_PERSONNES: Mapping[str, Geste] = {
    "autoriser": Geste(
        "J'autorise {nom} à lire mon dossier ?",
        "J'autorise",
        (
            "Il lit ce que son métier permet, sauf ce que vous masquez.",
            "L'accès s'arrête tout seul à la fin du délai choisi. Vous pouvez le retirer avant.",
        ),
        "{nom} peut lire votre dossier {duree}. Vous pouvez retirer cet accès à tout moment.",
        icone="coche",
        demande_duree=True,
    ),
    "retirer": Geste(
        "Je retire l'accès de {nom} ?",
        "Je retire l'accès",
        (
            "Il ne lit plus votre dossier, tout de suite, même s'il l'a ouvert en ce moment.",
            "Il peut encore y déposer des documents, et voit ceux qu'il a ajoutés.",
            "Ni lui ni un confrère ne peut rétablir cet accès : vous seul le pouvez, ici ou par un code.",
            "En cas d'urgence vitale, l'accès reste possible : bloquez-le si vous ne le voulez pas.",
        ),
        "L'accès de {nom} est retiré. Vous pouvez l'autoriser à nouveau quand vous voulez.",
        ton="danger",
        icone="fermer",
    ),
    "bloquer": Geste(
        "Je bloque {nom} ?",
        "Je bloque",
        (
            f"Il ne voit plus rien de votre dossier, tout de suite : {_TOUT[0].lower()}{_TOUT[1:]}.",
            (
                "Il ne peut plus l'ouvrir, même en disant que vous êtes d'accord, ni par un "
                "accès d'urgence (bris de glace)."
            ),
            "S'il est administrateur de votre dossier, il ne l'est plus.",
            "Il peut encore y déposer des documents. Il n'a pas à savoir pourquoi.",
        ),
        "{nom} est bloqué. Vous pouvez le débloquer ici quand vous voulez.",
        ton="danger",
        icone="cadenas",
    ),
    "debloquer": Geste(
        "Je débloque {nom} ?",
        "Je débloque",
        ("Il ne lit pas votre dossier pour autant : vous devrez lui redonner votre accord.",),
        "{nom} n'est plus bloqué. Il ne lit pas votre dossier tant que vous ne l'autorisez pas.",
    ),
    "nommer-administrateur": Geste(
        "Je nomme {nom} administrateur de mon dossier ?",
        "Je le nomme administrateur",
        (
            "Il voit aussi les documents que vous masquez aux professionnels.",
            "Il peut masquer un document à votre demande, et bloquer un autre professionnel.",
            "Il voit l'historique de tous les accès à votre dossier.",
            "Vous serez prévenu, et vous pouvez lui retirer ce rôle à tout moment.",
        ),
        "{nom} est administrateur de votre dossier.",
        icone="bouclier",
    ),
    "retirer-administrateur": Geste(
        "{nom} n'est plus administrateur de mon dossier ?",
        "Je lui retire ce rôle d'administrateur",
        (
            (
                "Il ne voit plus les documents masqués, ne bloque plus personne et ne voit plus "
                "que ses propres accès."
            ),
            "L'accès que vous lui avez donné ne change pas.",
        ),
        "{nom} n'est plus administrateur de votre dossier.",
        ton="danger",
    ),
    "declarer-role": Geste(
        "Je dis qui est {nom} pour moi ?",
        "J'enregistre",
        (
            "Ce rôle n'ouvre pas votre dossier.",
            "Votre médecin traitant est prévenu des accès en urgence à votre dossier.",
            "Il remplace la personne qui avait ce rôle.",
        ),
        "C'est noté : {nom} est votre {role}.",
        demande_role=True,
    ),
    "retirer-role": Geste(
        "{nom} n'a plus ce rôle ?",
        "J'enregistre",
        ("Personne n'a plus ce rôle auprès de vous.",),
        "C'est noté : {nom} n'est plus votre {role}.",
        demande_role=True,
    ),
}

DES_STRUCTURES: Mapping[str, Geste] = {
    "autoriser": Geste(
        "J'autorise l'équipe de soins de {nom} ?",
        "J'autorise l'équipe",
        (
            (
                "Chaque professionnel de l'équipe qui vous soigne lit ce que son métier permet, "
                "sauf ce que vous masquez."
            ),
            (
                "L'accès s'arrête tout seul à la fin du délai choisi. Vous pouvez le retirer "
                "avant, pour tous d'un coup."
            ),
        ),
        "L'équipe de {nom} peut lire votre dossier {duree}.",
        icone="coche",
        demande_duree=True,
    ),
    "retirer": Geste(
        "Je retire l'accès de toute l'équipe de {nom} ?",
        "Je retire l'accès",
        (
            "Plus personne de cette équipe ne lit votre dossier, tout de suite.",
            "Un professionnel que vous avez autorisé personnellement garde son accès.",
            "L'équipe ne peut pas rétablir cet accès elle-même : vous seul le pouvez.",
            "Chacun peut encore déposer des documents.",
        ),
        "L'accès de l'équipe de {nom} est retiré.",
        ton="danger",
        icone="fermer",
    ),
    "bloquer": Geste(
        "Je bloque {nom} ?",
        "Je bloque cette structure",
        (
            (
                "Plus personne n'y lit votre dossier, même un professionnel que vous avez "
                "autorisé, tant qu'il exerce là."
            ),
            "Il reste lisible dans une urgence, selon vos réglages.",
            "Chacun peut encore y déposer des documents.",
        ),
        "{nom} est bloqué. Vous pouvez changer d'avis ici quand vous voulez.",
        ton="danger",
        icone="cadenas",
    ),
    "debloquer": Geste(
        "Je débloque {nom} ?",
        "Je débloque",
        ("L'équipe ne lit pas votre dossier pour autant : vous devrez redonner votre accord.",),
        "{nom} n'est plus bloqué. L'équipe ne lit pas votre dossier tant que vous ne l'autorisez pas.",
    ),
}


def gestes_possibles(personne: Personne) -> list[str]:
    """The acts that make sense now about a professional, the most expected first."""
    if personne.blocage is not None:
        return ["debloquer"]
    gestes = []
    if personne.est_actif:
        gestes.append("autoriser")
    if personne.est_autorisee:
        gestes.append("retirer")
    if personne.mandat is not None:
        gestes.append("retirer-administrateur")
    elif personne.est_actif:
        gestes.append("nommer-administrateur")
    gestes.append("bloquer")
    return gestes


def gestes_de_structure(equipe: Equipe) -> list[str]:
    """The same about a structure."""
    if equipe.blocage is not None:
        return ["debloquer"]
    return ["autoriser", *(["retirer"] if equipe.est_autorisee else []), "bloquer"]


def agir_sur_personne(geste: str, *, acces: Acces, professionnel_id: UUID, saisie: Saisie) -> None:
    """Does it. Raises AccesRefuse, AccordImpossible, ChoixImpossible."""
    if geste == "autoriser":
        accords.autoriser_professionnel(
            acces=acces, professionnel_id=professionnel_id, jours=saisie.jours
        )
    elif geste == "declarer-role":
        choix.declarer_role(acces=acces, professionnel_id=professionnel_id, role=_role(saisie))
    elif geste == "retirer-role":
        choix.retirer_role(acces=acces, role=_role(saisie))
    else:
        simples: Mapping[str, Callable[..., None]] = {
            "retirer": accords.retirer_acces_professionnel,
            "bloquer": choix.bloquer_professionnel,
            "debloquer": choix.debloquer_professionnel,
            "nommer-administrateur": choix.nommer_administrateur,
            "retirer-administrateur": choix.retirer_administrateur,
        }
        simples[geste](acces=acces, professionnel_id=professionnel_id)


def _role(saisie: Saisie) -> Role:
    if saisie.role is None:
        raise choix.ChoixImpossible("Choisissez un rôle.")
    return saisie.role


def agir_sur_structure(geste: str, *, acces: Acces, structure_id: UUID, saisie: Saisie) -> None:
    """Does it. Raises AccesRefuse, AccordImpossible."""
    if geste == "autoriser":
        accords.autoriser_structure(acces=acces, structure_id=structure_id, jours=saisie.jours)
        return
    simples: Mapping[str, Callable[..., None]] = {
        "retirer": accords.retirer_acces_structure,
        "bloquer": choix.bloquer_structure,
        "debloquer": choix.debloquer_structure,
    }
    simples[geste](acces=acces, structure_id=structure_id)
