"""The five PostgreSQL roles of conception §4, as SQL run once by a superuser.

The superuser only bootstraps; table grants and policies are the owner's work (`mes.socle.mur_sql`).
"""

from __future__ import annotations

from collections.abc import Mapping

PROPRIETAIRE = "mes_proprietaire"
APP = "mes_app"
SUPPORT = "mes_support"
COMPTAGE = "mes_comptage"
SAUVEGARDE = "mes_sauvegarde"

ROLES_DE_CONNEXION = (PROPRIETAIRE, APP, COMPTAGE, SAUVEGARDE)

_ATTRIBUTS = {
    PROPRIETAIRE: "LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS",
    APP: "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS",
    SUPPORT: "NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS",
    COMPTAGE: "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB BYPASSRLS",
    # pg_dump refuses to read tables under FORCE ROW LEVEL SECURITY without BYPASSRLS.
    SAUVEGARDE: "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB BYPASSRLS",
}


def litteral(texte: str) -> str:
    """A PostgreSQL string literal; refuses what would need escapes beyond the quote."""
    if "\\" in texte or "\0" in texte:
        raise ValueError("caractère interdit dans une valeur SQL")
    return "'" + texte.replace("'", "''") + "'"


def identifiant(nom: str) -> str:
    return '"' + nom.replace('"', '""') + '"'


def sql_roles(*, base: str, mots_de_passe: Mapping[str, str], peut_creer_base: bool = False) -> str:
    """Idempotent SQL: roles, attributes, memberships and CONNECT on `base`.

    `mots_de_passe`: role → password; a role left out keeps the one it has.
    `peut_creer_base`: tests only, the owner then creates the test databases.
    """
    lignes: list[str] = []
    for role, attributs in _ATTRIBUTS.items():
        lignes.append(
            f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
        )
        if role == PROPRIETAIRE:
            attributs += " CREATEDB" if peut_creer_base else " NOCREATEDB"
        secret = f" PASSWORD {litteral(mots_de_passe[role])}" if role in mots_de_passe else ""
        lignes.append(f"ALTER ROLE {role} {attributs}{secret};")
    nom = identifiant(base)
    lignes += [
        # The console's transactions lower themselves to mes_support (SET LOCAL ROLE).
        f"GRANT {SUPPORT} TO {APP};",
        f"GRANT pg_read_all_data TO {SAUVEGARDE};",
        f"REVOKE ALL ON DATABASE {nom} FROM PUBLIC;",
        f"GRANT CONNECT ON DATABASE {nom} TO {', '.join(ROLES_DE_CONNEXION)};",
        f"ALTER ROLE {APP} SET lock_timeout = '5s';",
        f"ALTER ROLE {PROPRIETAIRE} SET lock_timeout = '5s';",
    ]
    return "\n".join(lignes) + "\n"
