"""The rules of the measures, pure: units, bounds, decimals, BMI, trend, periods, order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.mesures import referentiel
from dossier.mesures.courbe import COTE, POINTS_MAX, tracer
from dossier.mesures.referentiel import (
    COLONNES,
    COLONNES_CONTEXTES,
    ReferentielInvalide,
    Saisie,
    types_affichables,
    types_mesures,
)
from dossier.mesures.regles import (
    DIASTOLIQUE,
    INSECABLE,
    LONGUEUR_COMMENTAIRE,
    SYSTOLIQUE,
    TENSION,
    MesureRefusee,
    Periode,
    SaisieMesure,
    Sens,
    ValeurRefusee,
    bornes,
    deplacer,
    ecrire_mesure,
    ecrire_valeur,
    imc,
    lire_valeur,
    ordonner,
    plus_proche,
    tendance,
    verifier,
    voisins,
)

MAINTENANT = datetime(2026, 3, 3, 12, tzinfo=UTC)
SIMPLES = [t for t in types_mesures().values() if t.minimum is not None]


def lisible(texte: str) -> str:
    return texte.replace(INSECABLE, " ")


def saisie(code: str, *valeurs: str, **champs: object) -> SaisieMesure:
    parties = types_mesures()[code].parties
    return SaisieMesure(
        code=code,
        valeurs={p: Decimal(v) for p, v in zip(parties, valeurs, strict=True)},
        **{"mesuree_le": MAINTENANT, **champs},  # type: ignore[arg-type]
    )


def erreurs(demande: SaisieMesure) -> dict[str, str]:
    with pytest.raises(MesureRefusee) as refus:
        verifier(demande, maintenant=MAINTENANT)
    return refus.value.erreurs


class TestReferentiel:
    @pytest.mark.regle("R-MES-01")
    def test_les_seize_mesures_de_la_regle_y_sont_et_elles_seules_sont_proposees(self):
        proposees = {c for c, t in types_mesures().items() if t.saisie is not Saisie.NON_PROPOSEE}
        assert proposees == {
            *("WEIGHT", "HEIGHT", "BODY_MASS_INDEX", "WAIST_CIRCUMFERENCE", "BODY_TEMPERATURE"),
            *("GLUCOSE", "INTERSTITIAL_GLUCOSE", "GLYCATED_HEMOGLOBIN", "PAIN_SEVERITY"),
            *("HEMOGLOBIN_GLYCATION_INDEX", TENSION, SYSTOLIQUE, DIASTOLIQUE, "HEART_RATE"),
            *("STEPS_BY_DAY", "HEAD_CIRCUMFERENCE"),
        }
        assert len(proposees) == 16

    @pytest.mark.regle("R-MES-04")
    def test_poids_et_taille_ont_les_bornes_de_la_regle(self):
        poids, taille = types_mesures()["WEIGHT"], types_mesures()["HEIGHT"]
        assert (poids.minimum, poids.maximum) == (0, 600)
        # Kept in centimetres.
        assert (taille.minimum, taille.maximum) == (10, 250)

    def test_seule_l_hemoglobine_glyquee_accepte_un_objectif(self):
        assert [c for c, t in types_mesures().items() if t.cible_possible] == [
            "GLYCATED_HEMOGLOBIN"
        ]

    @pytest.mark.parametrize(
        ("colonne", "valeur"),
        [
            ("min_plausible", "abc"),
            ("min_plausible", "700"),
            ("min_plausible", ""),
            ("max_plausible", "NaN"),
            ("decimales", "-1"),
            ("saisie_manuelle", "peut-être"),
            ("cible_possible", "si"),
            ("composants", "INCONNU"),
            ("unites_saisies", "kg"),
            ("unites_saisies", "kg:0"),
            ("unites_saisies", "kg:1:presque"),
            ("unites_saisies", "lb:1"),
            ("source", ""),
            ("source_bornes", ""),
            ("label_fr", ""),
        ],
    )
    def test_une_ligne_qui_ne_se_comprend_pas_arrete_tout(self, colonne, valeur):
        lignes = referentiel._lignes("mesures.csv")
        lignes[0] = lignes[0] | {colonne: valeur}
        with pytest.raises(ReferentielInvalide):
            referentiel.lire(lignes, [])

    def test_colonnes_doublons_et_contextes_inconnus_sont_refuses(self):
        lignes = referentiel._lignes("mesures.csv")
        with pytest.raises(ReferentielInvalide):
            referentiel.lire([*lignes, lignes[0]], [])
        with pytest.raises(ReferentielInvalide):
            referentiel.lire([{c: v for c, v in lignes[0].items() if c != "source"}], [])
        inconnu = dict.fromkeys(COLONNES_CONTEXTES, "X")
        with pytest.raises(ReferentielInvalide):
            referentiel.lire(lignes, [inconnu])
        assert tuple(lignes[0]) == COLONNES
        assert len(referentiel.lire(lignes, [])) == len(lignes)


class TestLire:
    @pytest.mark.parametrize(
        ("code", "texte", "attendue"),
        [
            ("WEIGHT", "72,5", "72.5"),
            ("WEIGHT", " 72.5 kg ", "72.5"),
            ("WEIGHT", "72,5kg", "72.5"),
            ("WEIGHT", "3250 g", "3.25"),
            ("WEIGHT", "72,500", "72.5"),
            ("HEIGHT", "1,75", "175"),
            ("HEIGHT", "1m75", "175"),
            ("HEIGHT", "1 M 75", "175"),
            ("HEIGHT", "175", "175"),
            ("HEIGHT", "175 cm", "175"),
            ("HEIGHT", "0,5", "50"),
            ("HEIGHT", "50", "50"),
            ("HEIGHT", "1,755", "175.5"),
            ("GLUCOSE", "105", "105"),
            ("GLUCOSE", "1,05 g/L", "105"),
            ("STEPS_BY_DAY", "10 000", "10000"),
            ("STEPS_BY_DAY", "10\u202f000", "10000"),
            ("STEPS_BY_DAY", "10\u00a0000 pas", "10000"),
            ("PAIN_SEVERITY", "5/10", "5"),
            ("BODY_TEMPERATURE", "37,2 °c", "37.2"),
        ],
    )
    @pytest.mark.regle("R-MES-04")
    def test_une_saisie_a_la_francaise_est_comprise(self, code, texte, attendue):
        assert lire_valeur(types_mesures()[code], texte) == Decimal(attendue)

    @pytest.mark.parametrize(
        ("code", "texte"),
        [
            ("WEIGHT", "soixante"),
            ("WEIGHT", "-5"),
            ("WEIGHT", ""),
            ("WEIGHT", "72,5,3"),
            ("WEIGHT", "1e3"),
            ("WEIGHT", "NaN"),
            ("WEIGHT", "\u0667\u0662"),
            ("WEIGHT", "72 lb"),
            ("WEIGHT", "7250"),
            ("WEIGHT", "72,1234"),
            ("WEIGHT", "72,5 2"),
            ("WEIGHT", "3250,5 g"),
            ("WEIGHT", "9" * 30),
            ("HEIGHT", "3"),
            ("HEIGHT", "1,7555"),
            # Nobody says in which unit: mmol/L would be another glycaemia altogether.
            ("GLUCOSE", "1,05"),
            ("GLUCOSE", "5,4"),
        ],
    )
    @pytest.mark.regle("R-MES-04")
    def test_ce_qui_ne_peut_etre_vrai_est_refuse_en_francais(self, code, texte):
        with pytest.raises(ValeurRefusee) as refus:
            lire_valeur(types_mesures()[code], texte)
        assert str(refus.value).endswith(".")

    @pytest.mark.parametrize("type_mesure", SIMPLES, ids=lambda t: t.code)
    @pytest.mark.regle("R-MES-04")
    def test_chaque_borne_est_acceptee_et_rien_au_dela(self, type_mesure):
        pas = Decimal("0.001")
        for borne, dehors in (
            (type_mesure.minimum, type_mesure.minimum - pas),
            (type_mesure.maximum, type_mesure.maximum + pas),
        ):
            texte = ecrire_valeur(type_mesure, borne)
            assert lire_valeur(type_mesure, texte) == borne
            if dehors >= 0:
                with pytest.raises(ValeurRefusee):
                    lire_valeur(type_mesure, ecrire_valeur(type_mesure, dehors))

    @given(st.sampled_from(SIMPLES), st.integers(0, 150_000_000))
    def test_ce_qui_est_ecrit_se_relit_pareil(self, type_mesure, milliemes):
        valeur = Decimal(milliemes).scaleb(-3) * type_mesure.unites[0].facteur
        if not type_mesure.minimum <= valeur <= type_mesure.maximum:
            return
        for unite in (True, False):
            texte = ecrire_valeur(type_mesure, valeur, unite=unite)
            assert lire_valeur(type_mesure, texte) == valeur
            assert "." not in texte

    @given(st.sampled_from(SIMPLES), st.text(max_size=20))
    def test_aucun_texte_ne_fait_autre_chose_qu_une_valeur_ou_un_refus(self, type_mesure, texte):
        try:
            valeur = lire_valeur(type_mesure, texte)
        except ValeurRefusee:
            return
        assert type_mesure.minimum <= valeur <= type_mesure.maximum


class TestEcrire:
    @pytest.mark.parametrize(
        ("code", "valeurs", "attendu"),
        [
            ("WEIGHT", ["72.50"], "72,5 kg"),
            ("WEIGHT", ["100"], "100 kg"),
            ("HEIGHT", ["175"], "1,75 m"),
            ("HEIGHT", ["200"], "2 m"),
            ("STEPS_BY_DAY", ["10000"], "10 000 pas"),
            ("PAIN_SEVERITY", ["0"], "0/10"),
            (TENSION, ["120", "80"], "120/80 mmHg"),
        ],
    )
    def test_les_nombres_sont_ecrits_a_la_francaise(self, code, valeurs, attendu):
        demande = saisie(code, *valeurs)
        assert lisible(ecrire_mesure(types_mesures()[code], demande.valeurs)) == attendu


class TestVerifier:
    @pytest.mark.regle("R-MES-02")
    @pytest.mark.parametrize(
        "code", [c for c, t in types_mesures().items() if not t.est_saisissable]
    )
    def test_ni_l_imc_ni_ce_qu_un_service_envoie_ne_se_saisit(self, code):
        assert "code" in erreurs(saisie(code, "22"))

    @pytest.mark.regle("R-MES-03")
    @pytest.mark.parametrize(("haute", "basse"), [("120", "120"), ("80", "120")])
    def test_la_systolique_depasse_strictement_la_diastolique(self, haute, basse):
        assert list(erreurs(saisie(TENSION, haute, basse))) == [f"valeur_{SYSTOLIQUE}"]
        verifier(saisie(TENSION, "121", "120"), maintenant=MAINTENANT)

    @pytest.mark.regle("R-MES-05")
    def test_le_commentaire_tient_en_cent_cinquante_caracteres(self):
        juste = "é" * LONGUEUR_COMMENTAIRE
        assert LONGUEUR_COMMENTAIRE == 150
        verifier(saisie("WEIGHT", "72", commentaire=juste), maintenant=MAINTENANT)
        assert list(erreurs(saisie("WEIGHT", "72", commentaire=juste + "é"))) == ["commentaire"]

    @pytest.mark.regle("R-MES-05")
    def test_une_mesure_n_est_ni_a_venir_ni_d_un_autre_siecle(self):
        plus_tard = MAINTENANT + timedelta(seconds=1)
        assert list(erreurs(saisie("WEIGHT", "72", mesuree_le=plus_tard))) == ["mesuree_le"]
        ancien = datetime(1899, 12, 31, 12, tzinfo=UTC)
        assert list(erreurs(saisie("WEIGHT", "72", mesuree_le=ancien))) == ["mesuree_le"]

    @pytest.mark.regle("R-MES-05")
    def test_le_moment_vient_de_la_liste_de_cette_mesure(self):
        verifier(saisie("GLUCOSE", "105", contexte="53049-3"), maintenant=MAINTENANT)
        assert "contexte" in erreurs(saisie("GLUCOSE", "105", contexte="inconnu"))
        assert "contexte" in erreurs(saisie("WEIGHT", "72", contexte="53049-3"))

    @pytest.mark.regle("R-MES-04")
    def test_trois_decimales_et_pas_quatre(self):
        verifier(saisie("WEIGHT", "72.125"), maintenant=MAINTENANT)
        assert "valeur_WEIGHT" in erreurs(saisie("WEIGHT", "72.1255"))
        assert "valeur_WEIGHT" in erreurs(saisie("WEIGHT", "NaN"))

    def test_il_faut_toutes_les_valeurs_et_elles_seules(self):
        manque = SaisieMesure(TENSION, {SYSTOLIQUE: Decimal(120)}, MAINTENANT)
        assert "code" in erreurs(manque)


class TestImc:
    @pytest.mark.regle("R-MES-02")
    @pytest.mark.parametrize(
        ("poids", "taille", "attendu"),
        [("72.5", "175", "23.7"), ("50", "200", "12.5"), ("81.45", "180", "25.1")],
    )
    def test_l_indice_est_le_poids_sur_le_carre_de_la_taille(self, poids, taille, attendu):
        assert imc(Decimal(poids), Decimal(taille)) == Decimal(attendu)

    @pytest.mark.regle("R-MES-02")
    @given(st.lists(st.datetimes(), min_size=1, max_size=20), st.datetimes())
    def test_la_taille_prise_est_la_plus_proche(self, instants, le):
        choisi = instants[plus_proche(instants, le)]
        assert abs(choisi - le) == min(abs(i - le) for i in instants)
        a_egalite = [i for i in instants if abs(i - le) == abs(choisi - le)]
        assert choisi == min(a_egalite)


class TestTendance:
    @pytest.mark.parametrize(
        ("code", "derniere", "precedente", "sens", "phrase"),
        [
            ("WEIGHT", ["73"], ["72.5"], Sens.HAUSSE, "En hausse de 0,5 kg"),
            ("WEIGHT", ["72"], ["72.5"], Sens.BAISSE, "En baisse de 0,5 kg"),
            ("WEIGHT", ["72.50"], ["72.5"], Sens.STABLE, "Stable"),
            ("HEIGHT", ["176"], ["175"], Sens.HAUSSE, "En hausse de 0,01 m"),
            ("PAIN_SEVERITY", ["3"], ["5"], Sens.BAISSE, "En baisse de 2 points"),
            ("GLYCATED_HEMOGLOBIN", ["7"], ["6.5"], Sens.HAUSSE, "En hausse de 0,5 point"),
            ("PAIN_SEVERITY", ["4"], ["5"], Sens.BAISSE, "En baisse de 1 point"),
            (
                *(TENSION, ["125", "80"], ["120", "80"], Sens.HAUSSE),
                "En hausse de 5 mmHg (systolique)",
            ),
            (
                *(TENSION, ["120", "75"], ["120", "80"], Sens.BAISSE),
                "En baisse de 5 mmHg (diastolique)",
            ),
        ],
    )
    def test_la_tendance_dit_l_ecart_avec_la_valeur_precedente(
        self, code, derniere, precedente, sens, phrase
    ):
        type_mesure = types_mesures()[code]
        trouvee = tendance(
            type_mesure, saisie(code, *derniere).valeurs, saisie(code, *precedente).valeurs
        )
        assert (trouvee.sens, lisible(trouvee.phrase)) == (sens, phrase)


class TestPeriodes:
    @pytest.mark.parametrize(
        ("periode", "attendu"),
        [
            (Periode.JOUR, (date(2024, 2, 10), date(2024, 2, 10))),
            (Periode.MOIS, (date(2024, 2, 1), date(2024, 2, 29))),
            (Periode.ANNEE, (date(2024, 1, 1), date(2024, 12, 31))),
            (Periode.TOUT, None),
        ],
    )
    def test_une_periode_a_son_premier_et_son_dernier_jour(self, periode, attendu):
        assert bornes(periode, date(2024, 2, 10)) == attendu

    def test_les_voisines_sautent_les_periodes_vides(self):
        jours = [date(2020, 5, 1), date(2024, 2, 3), date(2024, 2, 20), date(2025, 1, 1)]
        assert voisins(jours, Periode.MOIS, date(2024, 2, 10)) == (jours[0], jours[3])
        assert voisins(jours, Periode.ANNEE, date(2020, 1, 1)) == (None, jours[1])
        assert voisins(jours, Periode.TOUT, date(2020, 1, 1)) == (None, None)


class TestTuiles:
    @pytest.mark.regle("R-MES-06")
    def test_l_ordre_choisi_passe_avant_celui_de_la_table(self):
        assert ordonner(["GLUCOSE", "WEIGHT", "HEIGHT"], ["GLUCOSE"]) == [
            *("GLUCOSE", "WEIGHT", "HEIGHT")
        ]

    @pytest.mark.regle("R-MES-06")
    @given(st.permutations(sorted(types_affichables())), st.data())
    def test_deplacer_n_echange_que_deux_voisines_et_se_defait(self, codes, donnees):
        code = donnees.draw(st.sampled_from(codes))
        monte = deplacer(codes, code, vers_le_haut=True)
        assert sorted(monte) == sorted(codes)
        if codes[0] == code:
            assert monte == codes
        else:
            assert monte.index(code) == codes.index(code) - 1
            assert deplacer(monte, code, vers_le_haut=False) == codes
        assert deplacer(codes, codes[-1], vers_le_haut=False) == codes
        assert ordonner(codes, monte) == monte


class TestCourbe:
    def _points(self, nombre: int) -> list:
        return [
            (MAINTENANT + timedelta(days=rang), {"WEIGHT": Decimal(70 + rang % 7)})
            for rang in range(nombre)
        ]

    def test_il_faut_deux_mesures_pour_une_courbe(self):
        poids = types_mesures()["WEIGHT"]
        assert tracer(poids, self._points(1)) is None
        courbe = tracer(poids, self._points(2))
        assert courbe is not None
        assert courbe.series[0].ligne == "M40 960L960 40"
        assert lisible(courbe.description) == (
            "2 mesures du 3 mars 2026 au 4 mars 2026. De 70 kg à 71 kg, au plus bas 70 kg, "
            "au plus haut 71 kg."
        )

    def test_des_valeurs_egales_ou_du_meme_instant_ne_divisent_pas_par_zero(self):
        points = [(MAINTENANT, {"WEIGHT": Decimal(0)})] * 3
        courbe = tracer(types_mesures()["WEIGHT"], points)
        assert courbe is not None
        assert courbe.series[0].ligne == "M40 500L500 500L960 500"

    @given(st.integers(2, 3000))
    def test_la_courbe_reste_dans_son_cadre_et_garde_ses_extremites(self, nombre):
        points = self._points(nombre)
        courbe = tracer(types_mesures()["WEIGHT"], points, objectif=Decimal(60))
        assert courbe is not None
        places = courbe.series[0].ligne.removeprefix("M").split("L")
        assert len(places) == min(nombre, POINTS_MAX)
        assert places[0].startswith("40 ")
        assert places[-1].startswith("960 ")
        assert all(0 <= int(n) <= COTE for place in places for n in place.split())
        assert courbe.objectif == 960

    def test_la_tension_a_deux_courbes_nommees(self):
        points = [
            (MAINTENANT + timedelta(days=r), saisie(TENSION, str(120 + r), "80").valeurs)
            for r in range(2)
        ]
        courbe = tracer(types_mesures()[TENSION], points)
        assert courbe is not None
        assert [serie.nom for serie in courbe.series] == [
            "Tension artérielle systolique",
            "Tension artérielle diastolique",
        ]
