"""The journals' tables, partitioned by hand: Django does not know partitions.

`journal_ligne` by hash of espace (a month cannot be dropped while a person lives),
`journal_lignesecurite` by month, with a function of the owner that creates partitions ahead.
"""

import mes.socle.champs
from django.db import migrations, models

NOMBRE_PARTITIONS = 16

LIGNE = """
CREATE TABLE journal_ligne (
    id uuid NOT NULL,
    espace_id uuid NOT NULL,
    chaine varchar(1) NOT NULL CHECK (chaine IN ('V', 'R')),
    numero bigint NOT NULL CHECK (numero > 0),
    inscrite_le timestamptz NOT NULL,
    fait varchar(40) NOT NULL,
    acteur_genre varchar(15) NOT NULL,
    acteur_id uuid,
    structure_id uuid,
    objet_id uuid,
    mode varchar(15) NOT NULL,
    engagement bytea NOT NULL CHECK (octet_length(engagement) = 32),
    empreinte bytea NOT NULL CHECK (octet_length(empreinte) = 32),
    scelle bytea NOT NULL,
    PRIMARY KEY (espace_id, id),
    CONSTRAINT ligne_numero_unique UNIQUE (espace_id, chaine, numero)
) PARTITION BY HASH (espace_id);
CREATE INDEX ligne_par_date ON journal_ligne (espace_id, chaine, inscrite_le);
CREATE INDEX ligne_par_objet ON journal_ligne (espace_id, objet_id, inscrite_le);
""" + "".join(
    f"CREATE TABLE journal_ligne_{reste:02d} PARTITION OF journal_ligne "
    f"FOR VALUES WITH (MODULUS {NOMBRE_PARTITIONS}, REMAINDER {reste});\n"
    for reste in range(NOMBRE_PARTITIONS)
)

SECURITE = """
CREATE TABLE journal_lignesecurite (
    id uuid NOT NULL,
    jour date NOT NULL,
    numero bigint NOT NULL CHECK (numero > 0),
    inscrite_le timestamptz NOT NULL,
    fait varchar(40) NOT NULL,
    motif varchar(40) NOT NULL,
    acteur_genre varchar(15) NOT NULL,
    acteur_id uuid,
    espace_id uuid,
    objet_id uuid,
    engagement bytea NOT NULL CHECK (octet_length(engagement) = 32),
    empreinte bytea NOT NULL CHECK (octet_length(empreinte) = 32),
    scelle bytea NOT NULL,
    PRIMARY KEY (jour, id),
    CONSTRAINT securite_numero_unique UNIQUE (jour, numero)
) PARTITION BY RANGE (jour);
CREATE INDEX securite_par_acteur ON journal_lignesecurite (acteur_id, inscrite_le);
-- A line is never lost because nobody prepared its month.
CREATE TABLE journal_lignesecurite_defaut PARTITION OF journal_lignesecurite DEFAULT;
"""

FONCTION = """
CREATE FUNCTION journal_creer_partition(mois date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    debut date := date_trunc('month', mois)::date;
    nom text := 'journal_lignesecurite_' || to_char(debut, 'YYYYMM');
BEGIN
    IF debut < current_date - 62 OR debut > current_date + 400 THEN
        RAISE EXCEPTION 'mois hors des bornes';
    END IF;
    IF to_regclass('public.' || nom) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format(
        'CREATE TABLE public.%I PARTITION OF public.journal_lignesecurite FOR VALUES FROM (%L) TO (%L)',
        nom, debut, (debut + interval '1 month')::date);
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION journal_creer_partition(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal_creer_partition(date) TO mes_app;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="TeteChaine",
            fields=[
                ("id", mes.socle.champs.CleUUID7()),
                ("espace_id", models.UUIDField()),
                ("chaine", models.CharField(max_length=1)),
                ("numero", models.BigIntegerField()),
                ("empreinte", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("espace_id", "chaine"), name="tete_par_chaine")
                ],
            },
        ),
        migrations.CreateModel(
            name="PointControle",
            fields=[
                ("id", mes.socle.champs.CleUUID7()),
                ("espace_id", models.UUIDField()),
                ("chaine", models.CharField(max_length=1)),
                ("numero", models.BigIntegerField()),
                ("empreinte", models.BinaryField(max_length=32)),
                ("signe_le", models.DateTimeField()),
                ("signature", models.BinaryField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("espace_id", "chaine", "numero"), name="point_par_numero"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TeteSecurite",
            fields=[
                ("jour", models.DateField(primary_key=True, serialize=False)),
                ("numero", models.BigIntegerField()),
                ("empreinte", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.RunSQL(
            LIGNE,
            "DROP TABLE journal_ligne",
            state_operations=[
                migrations.CreateModel(
                    name="Ligne",
                    fields=[
                        ("id", mes.socle.champs.CleUUID7()),
                        ("espace_id", models.UUIDField()),
                        ("chaine", models.CharField(max_length=1)),
                        ("numero", models.BigIntegerField()),
                        ("inscrite_le", models.DateTimeField()),
                        ("fait", models.CharField(max_length=40)),
                        ("acteur_genre", models.CharField(max_length=15)),
                        ("acteur_id", models.UUIDField(null=True)),
                        ("structure_id", models.UUIDField(null=True)),
                        ("objet_id", models.UUIDField(null=True)),
                        ("mode", models.CharField(blank=True, max_length=15)),
                        ("engagement", models.BinaryField(max_length=32)),
                        ("empreinte", models.BinaryField(max_length=32)),
                        ("scelle", mes.socle.champs.ChampScelle()),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                fields=["espace_id", "chaine", "inscrite_le"],
                                name="ligne_par_date",
                            ),
                            models.Index(
                                fields=["espace_id", "objet_id", "inscrite_le"],
                                name="ligne_par_objet",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("espace_id", "chaine", "numero"),
                                name="ligne_numero_unique",
                            )
                        ],
                    },
                )
            ],
        ),
        migrations.RunSQL(
            SECURITE,
            "DROP TABLE journal_lignesecurite",
            state_operations=[
                migrations.CreateModel(
                    name="LigneSecurite",
                    fields=[
                        ("id", mes.socle.champs.CleUUID7()),
                        ("jour", models.DateField()),
                        ("numero", models.BigIntegerField()),
                        ("inscrite_le", models.DateTimeField()),
                        ("fait", models.CharField(max_length=40)),
                        ("motif", models.CharField(blank=True, max_length=40)),
                        ("acteur_genre", models.CharField(blank=True, max_length=15)),
                        ("acteur_id", models.UUIDField(null=True)),
                        ("espace_id", models.UUIDField(null=True)),
                        ("objet_id", models.UUIDField(null=True)),
                        ("engagement", models.BinaryField(max_length=32)),
                        ("empreinte", models.BinaryField(max_length=32)),
                        ("scelle", mes.socle.champs.ChampScelle()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("jour", "numero"), name="securite_numero_unique"
                            )
                        ],
                    },
                )
            ],
        ),
        migrations.RunSQL(FONCTION, "DROP FUNCTION journal_creer_partition(date)"),
    ]
