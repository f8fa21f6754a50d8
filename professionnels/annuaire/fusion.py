"""From the staging tables to the directory, by sets: one statement per table and kind of change.

Every statement only touches the rows that differ, so that a second import writes nothing. Run
under the advisory lock of `importation`, in its transaction.
"""

from __future__ import annotations

from typing import Final

from django.db import connection

# A UUIDv7 as `mes.socle.uuid7` makes them, for the new rows only: milliseconds, 7, then random.
_UUID7: Final = """
    (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
     || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
"""

_STRUCTURES_DES_PERSONNES: Final = """
INSERT INTO professionnels_transitstructure (ligne, identifiant, finess, finess_juridique, siret,
    raison_sociale, secteur, commune, code_postal, dans_finess)
SELECT min(ligne), structure, max(finess), max(finess_juridique), max(siret),
    max(raison_sociale), max(secteur), max(commune), max(code_postal), false
FROM professionnels_transitpersonne WHERE structure <> '' GROUP BY structure
"""


def _prefere(colonne: str) -> str:
    """FINESS first; `max` makes the choice among several lines the same whatever their order."""
    return (
        f"coalesce(max({colonne}) FILTER (WHERE dans_finess AND {colonne} <> ''),"
        f" max({colonne})) AS {colonne}"
    )


_COLONNES_STRUCTURE: Final = (
    "finess",
    "finess_juridique",
    "siret",
    "raison_sociale",
    "secteur",
    "commune",
    "code_postal",
)
_STRUCTURES_DU_JOUR: Final = f"""
SELECT identifiant, bool_or(dans_finess) AS dans_finess, {", ".join(map(_prefere, _COLONNES_STRUCTURE))}
FROM professionnels_transitstructure GROUP BY identifiant
"""  # noqa: S608 - names of our own columns


def _voulue(colonne: str) -> str:
    """What a blank never erases, nor people's lines where FINESS already spoke."""
    return (
        f"CASE WHEN s.dans_finess AND NOT j.dans_finess"
        f" THEN coalesce(nullif(s.{colonne}, ''), j.{colonne})"
        f" ELSE coalesce(nullif(j.{colonne}, ''), s.{colonne}) END AS {colonne}"
    )


_MODIFIER_STRUCTURES: Final = f"""
WITH jour AS ({_STRUCTURES_DU_JOUR}),
voulu AS (
    SELECT s.id, s.dans_finess OR j.dans_finess AS dans_finess,
        {", ".join(map(_voulue, _COLONNES_STRUCTURE))}
    FROM jour j JOIN professionnels_structure s USING (identifiant)
)
UPDATE professionnels_structure s
SET dans_finess = v.dans_finess, {", ".join(f"{c} = v.{c}" for c in _COLONNES_STRUCTURE)}
FROM voulu v
WHERE s.id = v.id AND (s.dans_finess, {", ".join(f"s.{c}" for c in _COLONNES_STRUCTURE)})
    IS DISTINCT FROM (v.dans_finess, {", ".join(f"v.{c}" for c in _COLONNES_STRUCTURE)})
"""  # noqa: S608
_AJOUTER_STRUCTURES: Final = f"""
WITH jour AS ({_STRUCTURES_DU_JOUR})
INSERT INTO professionnels_structure
    (id, identifiant, dans_finess, {", ".join(_COLONNES_STRUCTURE)})
SELECT {_UUID7}, j.identifiant, j.dans_finess, {", ".join(f"j.{c}" for c in _COLONNES_STRUCTURE)}
FROM jour j LEFT JOIN professionnels_structure s USING (identifiant) WHERE s.id IS NULL
"""  # noqa: S608

_PROFESSIONNELS_DU_JOUR: Final = """
SELECT DISTINCT ON (rpps) rpps, nom, prenom, civilite
FROM professionnels_transitpersonne ORDER BY rpps, nom, prenom, civilite
"""
_MODIFIER_PROFESSIONNELS: Final = f"""
WITH jour AS ({_PROFESSIONNELS_DU_JOUR})
UPDATE professionnels_professionnel p
SET nom = j.nom, prenom = j.prenom, civilite = j.civilite
FROM jour j
WHERE p.rpps = j.rpps
    AND (p.nom, p.prenom, p.civilite) IS DISTINCT FROM (j.nom, j.prenom, j.civilite)
"""  # noqa: S608
_AJOUTER_PROFESSIONNELS: Final = f"""
WITH jour AS ({_PROFESSIONNELS_DU_JOUR})
INSERT INTO professionnels_professionnel (id, rpps, nom, prenom, civilite)
SELECT {_UUID7}, j.rpps, j.nom, j.prenom, j.civilite
FROM jour j LEFT JOIN professionnels_professionnel p USING (rpps) WHERE p.id IS NULL
"""  # noqa: S608

_EXERCICES_DU_JOUR: Final = """
SELECT DISTINCT ON (cle_annuaire) cle_annuaire, rpps, structure, profession, categorie,
    specialite, role, mode_exercice, genre_activite
FROM professionnels_transitpersonne WHERE cle_annuaire <> ''
ORDER BY cle_annuaire, mode_exercice, genre_activite
"""
_MODIFIER_EXERCICES: Final = f"""
WITH jour AS ({_EXERCICES_DU_JOUR})
UPDATE professionnels_exercice e
SET mode_exercice = j.mode_exercice, genre_activite = j.genre_activite
FROM jour j
WHERE e.cle_annuaire = j.cle_annuaire
    AND (e.mode_exercice, e.genre_activite) IS DISTINCT FROM (j.mode_exercice, j.genre_activite)
"""  # noqa: S608
_ROUVRIR_EXERCICES: Final = """
UPDATE professionnels_exercice e SET fin_le = NULL
WHERE e.fin_le IS NOT NULL AND EXISTS (
    SELECT FROM professionnels_transitpersonne t WHERE t.cle_annuaire = e.cle_annuaire)
"""
_AJOUTER_EXERCICES: Final = f"""
WITH jour AS ({_EXERCICES_DU_JOUR})
INSERT INTO professionnels_exercice (id, professionnel_id, structure_id, profession, categorie,
    specialite, role, mode_exercice, genre_activite, cle_annuaire, debut_le)
SELECT {_UUID7}, p.id, s.id, j.profession, j.categorie, j.specialite, j.role, j.mode_exercice,
    j.genre_activite, j.cle_annuaire, now()
FROM jour j
JOIN professionnels_professionnel p USING (rpps)
LEFT JOIN professionnels_structure s ON s.identifiant = j.structure
LEFT JOIN professionnels_exercice e USING (cle_annuaire)
WHERE e.id IS NULL
"""  # noqa: S608
_EXERCICES_ABSENTS: Final = """
e.fin_le IS NULL AND NOT EXISTS (
    SELECT FROM professionnels_transitpersonne t WHERE t.cle_annuaire = e.cle_annuaire)
"""
_CLORE_EXERCICES: Final = f"""
UPDATE professionnels_exercice e SET fin_le = now() WHERE {_EXERCICES_ABSENTS}
"""  # noqa: S608
_COMPTER_EXERCICES: Final = f"""
SELECT count(*) FILTER (WHERE e.fin_le IS NULL), count(*) FILTER (WHERE {_EXERCICES_ABSENTS}),
    (SELECT count(DISTINCT cle_annuaire) FROM professionnels_transitpersonne
     WHERE cle_annuaire <> '')
FROM professionnels_exercice e
"""  # noqa: S608

# The red list of any line of a box holds for the box, even when that line has no known holder.
_BOITES_AVEC_TITULAIRE: Final = """
SELECT b.ligne, b.adresse, b.type, b.rpps, b.structure, b.libelle,
    bool_or(b.liste_rouge) OVER (PARTITION BY b.adresse) AS liste_rouge,
    p.id AS professionnel_id, s.id AS structure_id
FROM professionnels_transitboite b
LEFT JOIN professionnels_professionnel p ON p.rpps = nullif(b.rpps, '')
LEFT JOIN professionnels_structure s ON s.identifiant = nullif(b.structure, '')
"""
_BOITES_DU_JOUR: Final = f"""
SELECT DISTINCT ON (adresse) adresse, type, libelle, liste_rouge, professionnel_id, structure_id
FROM ({_BOITES_AVEC_TITULAIRE}) toutes
WHERE professionnel_id IS NOT NULL OR structure_id IS NOT NULL
ORDER BY adresse, professionnel_id IS NULL, rpps, structure, type, libelle
"""  # noqa: S608
_BOITES_SANS_TITULAIRE: Final = f"""
SELECT ligne, count(*) OVER () FROM ({_BOITES_AVEC_TITULAIRE}) toutes
WHERE professionnel_id IS NULL AND structure_id IS NULL ORDER BY ligne LIMIT %s
"""  # noqa: S608
_MODIFIER_BOITES: Final = f"""
WITH jour AS ({_BOITES_DU_JOUR})
UPDATE professionnels_boitemss b
SET type = j.type, libelle = j.libelle, liste_rouge = j.liste_rouge,
    professionnel_id = j.professionnel_id, structure_id = j.structure_id
FROM jour j
WHERE b.adresse = j.adresse
    AND (b.type, b.libelle, b.liste_rouge, b.professionnel_id, b.structure_id) IS DISTINCT FROM
        (j.type, j.libelle, j.liste_rouge, j.professionnel_id, j.structure_id)
"""  # noqa: S608
_ROUVRIR_BOITES: Final = f"""
WITH jour AS ({_BOITES_DU_JOUR})
UPDATE professionnels_boitemss b SET fin_le = NULL
FROM jour j WHERE b.adresse = j.adresse AND b.fin_le IS NOT NULL
"""  # noqa: S608
_AJOUTER_BOITES: Final = f"""
WITH jour AS ({_BOITES_DU_JOUR})
INSERT INTO professionnels_boitemss
    (id, adresse, type, libelle, liste_rouge, professionnel_id, structure_id)
SELECT {_UUID7}, j.adresse, j.type, j.libelle, j.liste_rouge, j.professionnel_id, j.structure_id
FROM jour j LEFT JOIN professionnels_boitemss b USING (adresse) WHERE b.id IS NULL
"""  # noqa: S608
_COMPTER_BOITES: Final = f"""
WITH jour AS ({_BOITES_DU_JOUR})
SELECT count(*) FILTER (WHERE b.fin_le IS NULL),
    count(*) FILTER (WHERE b.fin_le IS NULL AND j.adresse IS NULL),
    (SELECT count(*) FROM jour)
FROM professionnels_boitemss b LEFT JOIN jour j USING (adresse)
"""  # noqa: S608
_CLORE_BOITES: Final = f"""
WITH jour AS ({_BOITES_DU_JOUR})
UPDATE professionnels_boitemss b SET fin_le = now()
WHERE b.fin_le IS NULL AND NOT EXISTS (SELECT FROM jour j WHERE j.adresse = b.adresse)
"""  # noqa: S608


class ArretDeSecurite(Exception):
    """Too much would be closed at once: more likely a truncated file than a bad day."""


def _ecrire(ordre: str) -> int:
    with connection.cursor() as curseur:
        curseur.execute(ordre)
        return int(curseur.rowcount)


def _compter(ordre: str) -> tuple[int, int, int]:
    """Active rows before, those that would be closed, rows of the day."""
    with connection.cursor() as curseur:
        curseur.execute(ordre)
        avant, a_clore, du_jour = curseur.fetchone()
    return avant, a_clore, du_jour


def _verifier_fermetures(quoi: str, avant: int, a_clore: int, pourcentage_max: int) -> None:
    if a_clore * 100 > avant * pourcentage_max:
        raise ArretDeSecurite(
            f"L'import fermerait {a_clore} {quoi} sur {avant}, plus de {pourcentage_max} % : "
            "vérifiez que les fichiers sont complets, puis recommencez en forçant s'ils le sont."
        )


def fusionner_structures() -> dict[str, int]:
    """Structures of both files; returns what changed. They are never closed: documents cite them."""
    modifies = _ecrire(_MODIFIER_STRUCTURES)
    ajoutes = _ecrire(_AJOUTER_STRUCTURES)
    with connection.cursor() as curseur:
        curseur.execute("SELECT count(DISTINCT identifiant) FROM professionnels_transitstructure")
        du_jour = curseur.fetchone()[0]
    return _bilan(du_jour, ajoutes=ajoutes, modifies=modifies)


def preparer_structures_des_personnes() -> None:
    """Adds the places of the people's file to those of FINESS."""
    _ecrire(_STRUCTURES_DES_PERSONNES)


def fusionner_professionnels() -> dict[str, int]:
    modifies = _ecrire(_MODIFIER_PROFESSIONNELS)
    ajoutes = _ecrire(_AJOUTER_PROFESSIONNELS)
    with connection.cursor() as curseur:
        curseur.execute("SELECT count(DISTINCT rpps) FROM professionnels_transitpersonne")
        du_jour = curseur.fetchone()[0]
    return _bilan(du_jour, ajoutes=ajoutes, modifies=modifies)


def fusionner_exercices(*, pourcentage_max: int | None) -> dict[str, int]:
    """Adds, changes, reopens and closes (R-PS-09). Raises ArretDeSecurite; None: no limit."""
    avant, a_clore, du_jour = _compter(_COMPTER_EXERCICES)
    if pourcentage_max is not None:
        _verifier_fermetures("exercices", avant, a_clore, pourcentage_max)
    modifies = _ecrire(_MODIFIER_EXERCICES)
    rouverts = _ecrire(_ROUVRIR_EXERCICES)
    ajoutes = _ecrire(_AJOUTER_EXERCICES)
    clos = _ecrire(_CLORE_EXERCICES)
    return _bilan(du_jour, ajoutes=ajoutes, modifies=modifies, rouverts=rouverts, clos=clos)


def boites_sans_titulaire(maximum: int) -> tuple[list[int], int]:
    """Lines of the boxes whose holder the directory doesn't know: the first ones, and how many."""
    with connection.cursor() as curseur:
        curseur.execute(_BOITES_SANS_TITULAIRE, [maximum])
        lignes = curseur.fetchall()
    return [ligne for ligne, _ in lignes], lignes[0][1] if lignes else 0


def fusionner_boites(*, pourcentage_max: int | None) -> dict[str, int]:
    avant, a_clore, du_jour = _compter(_COMPTER_BOITES)
    if pourcentage_max is not None:
        _verifier_fermetures("boîtes MSSanté", avant, a_clore, pourcentage_max)
    modifies = _ecrire(_MODIFIER_BOITES)
    rouverts = _ecrire(_ROUVRIR_BOITES)
    ajoutes = _ecrire(_AJOUTER_BOITES)
    clos = _ecrire(_CLORE_BOITES)
    return _bilan(du_jour, ajoutes=ajoutes, modifies=modifies, rouverts=rouverts, clos=clos)


def _bilan(du_jour: int, **changements: int) -> dict[str, int]:
    touches = sum(n for nom, n in changements.items() if nom != "clos")
    return {**changements, "inchanges": max(du_jour - touches, 0)}
