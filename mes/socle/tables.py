"""Every table of the product and its class (conception §4): the explicit list behind the wall.

A table that is not here is refused by `migrate` and by a test that compares this list with
`pg_class` and `pg_policies`. What mes_support and mes_comptage may do is said here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Classe(StrEnum):
    MEDICALE = "medicale"
    """Carries `espace_id`; row level security, forced."""
    CLE_MEDICALE = "cle_medicale"
    """Wrapped medical keys: visible where the espace is opened to read or to write."""
    GOUVERNANCE = "gouvernance"
    """Carries `espace_id`; readable before the wall opens; no medical word in it."""
    JOURNAL = "journal"
    """Row level security on SELECT and INSERT; no other grant."""
    SECURITE = "securite"
    """The security journal: INSERT and SELECT only, nobody's espace."""
    TECHNIQUE = "technique"
    """Nobody's health."""


LIRE = ("SELECT",)
LIRE_AJOUTER = ("SELECT", "INSERT")
LIRE_AJOUTER_MODIFIER = ("SELECT", "INSERT", "UPDATE")


@dataclass(frozen=True, slots=True)
class Table:
    classe: Classe
    support: tuple[str, ...] = ()
    """Privileges of mes_support."""
    comptage: tuple[str, ...] = ()
    """Clear columns that mes_comptage may read."""
    partitionnee: bool = False


def _medicale(*comptage: str) -> Table:
    return Table(Classe.MEDICALE, comptage=comptage)


def _gouvernance(*support: str, comptage: tuple[str, ...] = ()) -> Table:
    return Table(Classe.GOUVERNANCE, support=support, comptage=comptage)


def _technique(*support: str, comptage: tuple[str, ...] = ()) -> Table:
    return Table(Classe.TECHNIQUE, support=support, comptage=comptage)


TABLES: dict[str, Table] = {
    # mes.socle
    "socle_cleidentite": _gouvernance(*LIRE),
    "socle_clejournal": _gouvernance(*LIRE),
    "socle_clemedicale": Table(Classe.CLE_MEDICALE),
    "socle_clesysteme": _technique(*LIRE_AJOUTER),
    "socle_travail": _technique(comptage=("id", "nature", "etat", "cree_le")),
    # journal
    "journal_tetechaine": _gouvernance(
        *LIRE_AJOUTER_MODIFIER, comptage=("espace_id", "chaine", "numero", "empreinte")
    ),
    "journal_ligne": Table(
        Classe.JOURNAL,
        support=("INSERT",),
        comptage=("id", "espace_id", "chaine", "numero", "inscrite_le", "fait"),
        partitionnee=True,
    ),
    "journal_pointcontrole": _gouvernance(comptage=("espace_id", "chaine", "numero", "empreinte")),
    "journal_tetesecurite": _technique(
        *LIRE_AJOUTER_MODIFIER, comptage=("jour", "numero", "empreinte")
    ),
    "journal_lignesecurite": Table(
        Classe.SECURITE,
        support=LIRE_AJOUTER,
        comptage=("id", "jour", "numero", "inscrite_le", "fait"),
        partitionnee=True,
    ),
    "journal_alertesecurite": _technique("SELECT", "UPDATE"),
    # notifications
    "notifications_notification": _gouvernance(),
    "notifications_envoi": _technique(comptage=("id", "canal", "cree_le", "envoye_le")),
    # comptes
    "comptes_compte": _technique(),
    "comptes_dispositifcode": _technique(),
    "comptes_dispositiftotp": _technique(),
    "comptes_jetonspsc": _technique(),
    # usagers
    "usagers_espacesante": _gouvernance(
        *LIRE_AJOUTER_MODIFIER,
        comptage=("id", "statut", "statut_depuis", "cree_le", "majeur_le", "zone_postale"),
    ),
    "usagers_identite": _gouvernance(
        *LIRE_AJOUTER_MODIFIER, comptage=("espace_id", "trouvee_insi", "piece_controlee")
    ),
    "usagers_gestion": _gouvernance(*LIRE, comptage=("id", "espace_id", "qualite", "fin_le")),
    "usagers_preferences": _gouvernance(*LIRE),
    # professionnels: the public directory
    "professionnels_structure": _technique(*LIRE),
    "professionnels_professionnel": _technique(*LIRE),
    "professionnels_exercice": _technique(*LIRE),
    "professionnels_boitemss": _technique(*LIRE),
    "professionnels_importannuaire": _technique(*LIRE),
    "professionnels_rejetannuaire": _technique(*LIRE),
    "professionnels_transitpersonne": _technique(),
    "professionnels_transitstructure": _technique(),
    "professionnels_transitboite": _technique(),
    # habilitations
    "habilitations_versionmatrice": _technique(*LIRE_AJOUTER_MODIFIER),
    "habilitations_casematrice": _technique(*LIRE_AJOUTER),
    "habilitations_reglageacces": _gouvernance(*LIRE),
    "habilitations_consentementinitial": _gouvernance(*LIRE),
    "habilitations_blocage": _gouvernance(*LIRE),
    "habilitations_administrateur": _gouvernance(*LIRE),
    "habilitations_retraitacces": _gouvernance(*LIRE),
    "habilitations_ouverture": _gouvernance(*LIRE),
    "habilitations_roledeclare": _gouvernance(*LIRE),
    "habilitations_episodesoins": _gouvernance(*LIRE),
    "habilitations_autorisation": _gouvernance(*LIRE),
    "habilitations_codeouverture": _gouvernance(),
    "habilitations_abonnementalerte": _gouvernance(*LIRE),
    "habilitations_informationpatient": _gouvernance(*LIRE),
    "habilitations_refusalimentation": _gouvernance(),
    "habilitations_regleversement": _technique(*LIRE),
    "habilitations_versementobligatoire": _technique(*LIRE),
    "habilitations_demandesuracces": _gouvernance(),
    # dossier
    "dossier_document": _medicale(
        "id", "espace_id", "type_code", "depose_le", "auteur_genre", "etat"
    ),
    "dossier_recu": _gouvernance(),
    "dossier_mesure": _medicale(),
    "dossier_reglagemesures": _medicale(),
    # urgence
    "urgence_revueacces": _gouvernance("SELECT", "UPDATE"),
    "urgence_referentstructure": _technique(*LIRE),
    "urgence_tentativeurgence": _technique(),
    # Django and its libraries
    "django_migrations": _technique(*LIRE),
    "django_content_type": _technique(*LIRE),
    "django_session": _technique(),
    "auth_permission": _technique(*LIRE),
    "auth_group": _technique(*LIRE),
    "auth_group_permissions": _technique(*LIRE),
    "axes_accessattempt": _technique(),
    "axes_accessattemptexpiration": _technique(),
    "axes_accessfailurelog": _technique(),
    "axes_accesslog": _technique(),
    "dsfr_dsfrconfig": _technique(),
    "dsfr_dsfrsocialmedia": _technique(),
}
