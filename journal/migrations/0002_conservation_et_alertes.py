"""The end of what is kept (R-TRA-09) and the alerts of misuse.

`journal_supprimer_mois` is the only way for a month of the security journal to go, and it refuses
any month of the last twelve whoever asks: mes_app itself may delete no line.
"""

import mes.socle.champs
from django.db import migrations, models

FONCTION = """
CREATE FUNCTION journal_supprimer_mois(mois date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    debut date := date_trunc('month', mois)::date;
    fin date := (debut + interval '1 month')::date;
    nom text := 'journal_lignesecurite_' || to_char(debut, 'YYYYMM');
    retirees bigint;
    lignes bigint := 0;
BEGIN
    IF debut >= date_trunc('month', current_date) - interval '12 months' THEN
        RAISE EXCEPTION 'mois encore à conserver';
    END IF;
    IF to_regclass('public.' || nom) IS NOT NULL THEN
        EXECUTE format('SELECT count(*) FROM public.%I', nom) INTO lignes;
        EXECUTE format('DROP TABLE public.%I', nom);
    END IF;
    -- Lines of a month that nobody had prepared.
    DELETE FROM public.journal_lignesecurite_defaut WHERE jour >= debut AND jour < fin;
    GET DIAGNOSTICS retirees = ROW_COUNT;
    RETURN lignes + retirees;
END $$;
REVOKE ALL ON FUNCTION journal_supprimer_mois(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal_supprimer_mois(date) TO mes_app;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="AlerteSecurite",
            fields=[
                ("id", mes.socle.champs.CleUUID7()),
                (
                    "regle",
                    models.CharField(
                        choices=[
                            ("rafale_refus", "refus en rafale"),
                            ("espaces_multiples", "refus sur de nombreux espaces"),
                            ("heures_inhabituelles", "refus à des heures inhabituelles"),
                            ("connexions_refusees", "connexions refusées en rafale"),
                            ("recherches_vaines", "recherches sans résultat en rafale"),
                            ("urgences_repetees", "accès en urgence répétés"),
                        ],
                        max_length=25,
                    ),
                ),
                ("jour", models.DateField()),
                ("sujet", models.CharField(max_length=80)),
                ("acteur_id", models.UUIDField(null=True)),
                ("nombre", models.PositiveIntegerField()),
                ("levee_le", models.DateTimeField()),
                ("traitee_le", models.DateTimeField(null=True)),
                ("traitee_par", models.UUIDField(null=True)),
                (
                    "suite",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ecartee", "écartée : rien d'anormal"),
                            ("confirmee", "confirmée : usage anormal"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("traitee_le", None)),
                        fields=["-levee_le"],
                        name="alertes_a_traiter",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("regle", "sujet", "jour"), name="une_alerte_par_regle_et_jour"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("suite", ""), ("traitee_le", None), ("traitee_par", None)),
                            models.Q(
                                ("traitee_le__isnull", False),
                                ("traitee_par__isnull", False),
                                models.Q(("suite", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="alerte_traitee_avec_sa_suite",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FONCTION, "DROP FUNCTION journal_supprimer_mois(date)"),
    ]
