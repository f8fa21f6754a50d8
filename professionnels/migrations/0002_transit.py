"""Staging tables of the directory's import: UNLOGGED, emptied by each import, nobody's health.

COPY FROM is refused under row level security: these tables have none. They are no models: nothing
but the import ever reads them.
"""

from django.db import migrations

CREER = """
CREATE UNLOGGED TABLE professionnels_transitpersonne (
    ligne bigint NOT NULL, rpps varchar(11) NOT NULL, nom varchar(100) NOT NULL,
    prenom varchar(100) NOT NULL, civilite varchar(10) NOT NULL, profession varchar(10) NOT NULL,
    categorie varchar(2) NOT NULL, specialite varchar(10) NOT NULL, role varchar(10) NOT NULL,
    mode_exercice varchar(2) NOT NULL, genre_activite varchar(10) NOT NULL,
    cle_annuaire varchar(200) NOT NULL, structure varchar(40) NOT NULL,
    finess varchar(9) NOT NULL, finess_juridique varchar(9) NOT NULL, siret varchar(14) NOT NULL,
    raison_sociale varchar(255) NOT NULL, secteur varchar(10) NOT NULL,
    commune varchar(100) NOT NULL, code_postal varchar(10) NOT NULL
);
CREATE INDEX professionnels_transitpersonne_cle ON professionnels_transitpersonne (cle_annuaire);
CREATE UNLOGGED TABLE professionnels_transitstructure (
    ligne bigint NOT NULL, identifiant varchar(40) NOT NULL, finess varchar(9) NOT NULL,
    finess_juridique varchar(9) NOT NULL, siret varchar(14) NOT NULL,
    raison_sociale varchar(255) NOT NULL, secteur varchar(10) NOT NULL,
    commune varchar(100) NOT NULL, code_postal varchar(10) NOT NULL, dans_finess boolean NOT NULL
);
CREATE UNLOGGED TABLE professionnels_transitboite (
    ligne bigint NOT NULL, adresse varchar(255) NOT NULL, type varchar(3) NOT NULL,
    rpps varchar(11) NOT NULL, structure varchar(40) NOT NULL, libelle varchar(255) NOT NULL,
    liste_rouge boolean NOT NULL
);
"""
DEFAIRE = """
DROP TABLE professionnels_transitboite;
DROP TABLE professionnels_transitstructure;
DROP TABLE professionnels_transitpersonne;
"""


class Migration(migrations.Migration):
    dependencies = [("professionnels", "0001_initial")]
    operations = [migrations.RunSQL(CREER, DEFAIRE)]
