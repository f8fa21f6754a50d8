"""The wall as SQL: what `migrate` applies, as owner, after the migrations. Idempotent.

Grants and policies are declared (`tables.py`), not accumulated by migrations: what the database
enforces is what the list says, for every partition too.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from mes.socle.mur import Ouverture
from mes.socle.roles import APP, COMPTAGE, SUPPORT, identifiant
from mes.socle.tables import TABLES, Classe, Table

_TOUT = "SELECT, INSERT, UPDATE, DELETE"

_DROITS_APP = {
    Classe.MEDICALE: _TOUT,
    Classe.CLE_MEDICALE: _TOUT,
    Classe.GOUVERNANCE: _TOUT,
    Classe.TECHNIQUE: _TOUT,
    # Append-only by privilege: neither UPDATE, DELETE nor TRUNCATE for anyone but the owner.
    Classe.JOURNAL: "SELECT, INSERT",
    Classe.SECURITE: "SELECT, INSERT",
}

MURES = frozenset({Classe.MEDICALE, Classe.CLE_MEDICALE, Classe.JOURNAL})


class TableHorsListe(Exception):
    """A table exists in the database and not in `tables.TABLES`."""


@dataclass(frozen=True, slots=True)
class Politique:
    nom: str
    commande: str
    condition: str

    def sql(self, table: str) -> str:
        clause = {
            "SELECT": f"USING ({self.condition})",
            "INSERT": f"WITH CHECK ({self.condition})",
            "UPDATE": f"USING ({self.condition}) WITH CHECK ({self.condition})",
            "DELETE": f"USING ({self.condition})",
        }[self.commande]
        return f"CREATE POLICY {self.nom} ON {table} FOR {self.commande} {clause}"


def _ouvert(ouverture: Ouverture) -> str:
    # An unset setting is NULL and, after a commit, an empty string: both must mean « nothing ».
    return f"espace_id = ANY (nullif(current_setting('{ouverture}', true), '')::uuid[])"


def politiques(classe: Classe) -> tuple[Politique, ...]:
    """The policies of a walled class, empty for the others."""
    lus, ecrits = _ouvert(Ouverture.LUS), _ouvert(Ouverture.ECRITS)
    if classe is Classe.MEDICALE:
        return (
            Politique("mur_lire", "SELECT", lus),
            Politique("mur_ajouter", "INSERT", ecrits),
            Politique("mur_modifier", "UPDATE", ecrits),
            Politique("mur_supprimer", "DELETE", ecrits),
        )
    if classe is Classe.CLE_MEDICALE:
        return (
            Politique("mur_lire", "SELECT", f"{lus} OR {ecrits}"),
            Politique("mur_ajouter", "INSERT", ecrits),
            Politique("mur_modifier", "UPDATE", ecrits),
            Politique("mur_supprimer", "DELETE", ecrits),
        )
    if classe is Classe.JOURNAL:
        reserve = _ouvert(Ouverture.JOURNAL_RESERVE)
        return (
            Politique(
                "mur_lire",
                "SELECT",
                f"{_ouvert(Ouverture.JOURNAL_LU)} AND (chaine = 'V' OR {reserve})",
            ),
            Politique("mur_ajouter", "INSERT", _ouvert(Ouverture.JOURNAL_ECRIT)),
        )
    return ()


def _sql_de(nom: str, table: Table) -> list[str]:
    cible = identifiant(nom)
    ordres = [f"REVOKE ALL ON {cible} FROM PUBLIC, {APP}, {SUPPORT}, {COMPTAGE}"]
    if table.comptage:
        # REVOKE on the table leaves grants on columns: take those back too before giving anew.
        colonnes = ", ".join(map(identifiant, table.comptage))
        ordres.append(f"REVOKE SELECT ({colonnes}) ON {cible} FROM {COMPTAGE}")  # noqa: S608 - our names
    ordres.append(f"GRANT {_DROITS_APP[table.classe]} ON {cible} TO {APP}")
    if table.support:
        ordres.append(f"GRANT {', '.join(table.support)} ON {cible} TO {SUPPORT}")
    if table.comptage:
        colonnes = ", ".join(map(identifiant, table.comptage))
        ordres.append(f"GRANT SELECT ({colonnes}) ON {cible} TO {COMPTAGE}")
    if table.classe in MURES:
        ordres += [
            f"ALTER TABLE {cible} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {cible} FORCE ROW LEVEL SECURITY",
        ]
        for politique in politiques(table.classe):
            ordres += [
                f"DROP POLICY IF EXISTS {politique.nom} ON {cible}",
                politique.sql(cible),
            ]
    return ordres


def tables_presentes(connexion: BaseDatabaseWrapper) -> dict[str, str | None]:
    """Every table of the schema → its partitioned parent, or None."""
    with connexion.cursor() as curseur:
        curseur.execute(
            """
            SELECT c.relname, parent.relname
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
            LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
            LEFT JOIN pg_class parent ON parent.oid = i.inhparent
            WHERE c.relkind IN ('r', 'p')
            ORDER BY 1
            """
        )
        return dict(curseur.fetchall())


def appliquer(connexion: BaseDatabaseWrapper) -> int:
    """Applies grants and policies to every table, as owner; returns how many tables.

    Raises TableHorsListe when a table has no class: fail closed, nothing is granted.
    """
    presentes = tables_presentes(connexion)
    inconnues = sorted(nom for nom, parent in presentes.items() if (parent or nom) not in TABLES)
    if inconnues:
        raise TableHorsListe(
            "tables sans classe dans mes/socle/tables.py : " + ", ".join(inconnues)
        )
    with connexion.cursor() as curseur:
        for nom, parent in presentes.items():
            for ordre in _sql_de(nom, TABLES[parent or nom]):
                curseur.execute(ordre)
        curseur.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP}")
    return len(presentes)
