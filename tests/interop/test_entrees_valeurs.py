"""HL7 values of entries: numbers, intervals, codes, absences, references to the narrative."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interop.cda.entrees import (
    Absence,
    CodeCDA,
    Constat,
    Intervalle,
    Quantite,
    Texte,
    en_clair,
    lire_constats,
)
from interop.cda.entrees.source import TEXTE_MAX
from tests.interop.entrees_exemples import (
    CIM_10,
    LOINC,
    code,
    element,
    lien,
    observation,
    section,
    source,
    texte,
    valeur,
)

SECTION = "29545-1"


def _lire(*dedans: str, narratif: str = "") -> tuple[Constat, tuple[str, ...]]:
    ecrite = observation(code("1-1", LOINC, "Constat d'essai"), *dedans)
    ((constat,), remarques) = lire_constats(
        source(section(SECTION, ecrite, titre="Examen", narratif=narratif))
    )
    return constat, remarques


@pytest.mark.parametrize(
    ("ecrite", "clair"),
    [
        (valeur("PQ", value="0.62", unit="g/L"), "0,62 g/L"),
        (valeur("c:PQ", value="45", unit="[IU]/L"), "45 [IU]/L"),
        (valeur("REAL", value="2.0"), "2,0"),
        (valeur("INT", value="3"), "3"),
        (valeur("PQ", value="1.5E3", unit="/mL"), "1,5E3 /mL"),
        (valeur("BL", value="true"), "oui"),
        (valeur("BL", value="false"), "non"),
        (valeur("TS", value="20191101"), "01/11/2019"),
        (valeur("TS", value="201911"), "11/2019"),
        (valeur("TS", value="2019"), "2019"),
        (valeur("TS", value="201911010830"), "01/11/2019 08:30"),
        (valeur("ST", "deux mots"), "deux mots"),
        (valeur("CD", code="B16", codeSystem=CIM_10, displayName="hépatite"), "hépatite"),
        (valeur("CD", code="B16", codeSystem=CIM_10), "B16"),
        (valeur("CD", nullFlavor="UNK"), "inconnu"),
        (valeur("PQ", nullFlavor="NASK"), "non demandé"),
        (valeur("REAL", nullFlavor="XX"), "XX"),
        (
            valeur("IVL_PQ", element("low", value="0.5", unit="g/L"), element("high", value="1")),
            "de 0,5 g/L à 1",
        ),
        (valeur("IVL_PQ", element("high", value="1.60", unit="g/L")), "≤ 1,60 g/L"),
        (
            valeur("IVL_PQ", element("low", value="3", unit="kg", inclusive="false")),
            "> 3 kg",
        ),
        (valeur("IVL_PQ", element("low", value="3"), element("high", nullFlavor="PINF")), "≥ 3"),
        (valeur("ED", "<1.0 mg/L"), "<1.0 mg/L"),
        (
            valeur("RTO", element("numerator", value="1"), element("denominator", value="80")),
            "1 / 80",
        ),
        (valeur("IVL_TS", element("low", value="2020"), element("high", value="2021")), None),
        (valeur("IVL_TS", element("high", value="202103")), "jusqu'à 03/2021"),
    ],
)
def test_chaque_sorte_de_valeur_est_lue(ecrite, clair):
    if "&" not in ecrite:
        ecrite = ecrite.replace("<1.0", "&lt;1.0")
    constat, remarques = _lire(ecrite)
    assert en_clair(constat.valeur) == (clair or "de 2020 à 2021")
    assert remarques == ()


def test_une_observation_sans_valeur_n_en_recoit_pas():
    constat, _ = _lire()
    assert constat.valeur is None
    assert en_clair(None) == ""


def test_un_nombre_garde_son_texte_sa_valeur_exacte_et_ses_autres_unites():
    constat, _ = _lire(
        valeur(
            "PQ", element("translation", value="0.710", code="mmol/L"), value="0.620", unit="g/L"
        )
    )
    lue = constat.valeur
    assert isinstance(lue, Quantite)
    assert (lue.texte, lue.valeur, lue.unite) == ("0.620", Decimal("0.620"), "g/L")
    (autre,) = lue.traductions
    assert (autre.valeur, autre.unite) == (Decimal("0.710"), "mmol/L")


@pytest.mark.parametrize(
    "nombre", ["1,5", "9" * 200, "1e999999999", "0x10", "NaN", "Infinity", "٣", "1 000", "--1"]
)
def test_un_nombre_illisible_reste_un_texte_et_le_dit(nombre):
    constat, remarques = _lire(valeur("PQ", value=nombre, unit="g/L"))
    lue = constat.valeur
    assert isinstance(lue, Quantite)
    assert lue.valeur is None
    assert lue.entier is None
    assert nombre.startswith(lue.texte)
    (remarque,) = remarques
    assert remarque.startswith("« Examen », 1re donnée : « Constat d'essai »")
    assert "n'est pas un nombre lisible" in remarque


def test_une_comparaison_ecrite_en_toutes_lettres_devient_une_borne_et_garde_son_texte():
    lue = _lire(valeur("ED", "&gt;= 12.5 mg/L"))[0].valeur
    assert isinstance(lue, Intervalle)
    assert lue.bas is not None
    assert (lue.bas.valeur, lue.bas.unite, lue.bas_inclus) == (Decimal("12.5"), "mg/L", True)
    assert lue.haut is None
    assert lue.texte == ">= 12.5 mg/L"
    stricte = _lire(valeur("ST", "&lt; 3"))[0].valeur
    assert isinstance(stricte, Intervalle)
    assert (stricte.haut_inclus, stricte.haut and stricte.haut.unite) == (False, None)


@pytest.mark.parametrize("mots", ["moins de 3", "<1,0 mg/L", "< 1 ou > 3", "1.0 mg/L"])
def test_une_phrase_n_est_pas_prise_pour_une_borne(mots):
    ecrite = mots.replace("<", "&lt;").replace(">", "&gt;")
    assert isinstance(_lire(valeur("ST", ecrite))[0].valeur, Texte)


def test_des_bornes_inversees_sont_gardees_et_dites():
    constat, remarques = _lire(
        valeur("IVL_PQ", element("low", value="9", unit="g"), element("high", value="2", unit="g"))
    )
    assert en_clair(constat.valeur) == "de 9 g à 2 g"
    assert "la borne basse dépasse la borne haute" in remarques[0]


def test_un_type_inconnu_est_lu_comme_un_texte_et_le_dit():
    constat, remarques = _lire(valeur("SLIST_TS", value="1 2 3"))
    assert constat.valeur == Texte("1 2 3")
    assert "de type « SLIST_TS »" in remarques[0]
    assert "sans type" in _lire(element("value", value="12"))[1][0]
    sans_type, _ = _lire(element("value", code="B16", codeSystem=CIM_10))
    assert isinstance(sans_type.valeur, CodeCDA)
    assert _lire(element("value", nullFlavor="NA"))[0].valeur == Absence("NA")


def test_un_code_dit_ses_traductions_ses_precisions_et_son_absence():
    dedans = element(
        "code",
        element(
            "translation",
            element("translation", code="1636", codeSystem="1.2.3", displayName="SUBSTANCE"),
            element("translation", code="1949", codeSystem="1.2.3"),
        ),
        element(
            "qualifier",
            element("name", code="N", displayName="Facteur de risque"),
            element("value", code="GEN-050", displayName="Voyage"),
        ),
        nullFlavor="OTH",
    )
    ((constat,), remarques) = lire_constats(source(section(SECTION, observation(dedans))))
    lu = constat.code
    assert lu is not None
    assert lu.absence == "OTH"
    assert [code_lu.code for code_lu in lu.tous()] == ["1636", "1949"]
    assert lu.dans("9.9", "1.2.3") == CodeCDA("1636", "1.2.3", "SUBSTANCE")
    assert lu.dans("9.9") is None
    assert lu.nom == "SUBSTANCE"
    assert [(quoi, precise.nom) for quoi, precise in lu.qualificatifs] == [
        ("Facteur de risque", "Voyage")
    ]
    assert constat.intitule == "Voyage"
    assert remarques == ()


def test_une_observation_sans_intitule_le_dit():
    ((constat,), remarques) = lire_constats(
        source(section(SECTION, observation(element("code", nullFlavor="UNK")), titre="Examen"))
    )
    assert constat.intitule == ""
    assert remarques == ("« Examen », 1re donnée : une observation ne dit pas ce qu'elle observe.",)


# The narrative


@pytest.mark.parametrize("reference", ["#ici", "ici"])
def test_le_passage_vise_est_lu_avec_ou_sans_diese(reference):
    narratif = (
        '<table><tr><td ID="ici">trois<br/>mots <content>ici</content></td><td>là</td></tr></table>'
    )
    constat, remarques = _lire(texte(reference), narratif=narratif)
    assert constat.texte == "trois mots ici"
    assert remarques == ()


def test_un_renvoi_vers_rien_est_dit_avec_sa_section():
    constat, remarques = _lire(texte("#nulle-part"), narratif="<content ID='ici'>x</content>")
    assert constat.texte is None
    assert remarques == (
        "« Examen », 1re donnée : le passage « #nulle-part » auquel elle renvoie n'existe pas.",
    )


def test_un_repere_porte_deux_fois_est_dit():
    narratif = "<content ID='ici'>un</content><content ID='ici'>deux</content>"
    constat, remarques = _lire(texte("#ici"), narratif=narratif)
    assert constat.texte == "un"
    assert "plusieurs passages portent le repère « ici »" in remarques[0]


@pytest.mark.parametrize("vide", ["-", "–", "  ", ""])
def test_un_tiret_ne_dit_rien(vide):
    constat, remarques = _lire(texte("#ici"), narratif=f"<content ID='ici'>{vide}</content>")
    assert constat.texte is None
    assert remarques == ()
    assert _lire(element("text", "<reference value='#ici'/>-"))[0].texte is None


def test_un_passage_trop_long_est_coupe_visiblement():
    constat, _ = _lire(texte("#ici"), narratif=f"<content ID='ici'>{'mot ' * 5000}</content>")
    assert constat.texte is not None
    assert len(constat.texte) == TEXTE_MAX + 1
    assert constat.texte.endswith("…")


@pytest.mark.parametrize(
    ("mots", "ecrite", "ecart"),
    [
        ("Oui", valeur("BL", value="true"), None),
        ("oui", valeur("BL", value="false"), "le texte dit « oui », la donnée structurée « non »"),
        ("Non", valeur("BL", value="true"), "le texte dit « Non », la donnée structurée « oui »"),
        ("12 mois", valeur("PQ", value="1", unit="a"), None),
        ("4", valeur("INT", value="4"), None),
        ("1 (verre par semaine)", valeur("INT", value="2"), "la donnée structurée « 2 »"),
        ("entre 1 et 3", valeur("INT", value="2"), None),
        ("2,5", valeur("REAL", value="2.5"), None),
    ],
)
def test_un_texte_qui_contredit_la_donnee_est_signale_sans_choisir(mots, ecrite, ecart):
    constat, remarques = _lire(
        texte("#ici"), ecrite, narratif=f"<content ID='ici'>{mots}</content>"
    )
    assert constat.texte == mots
    assert constat.valeur is not None
    assert len(remarques) == (1 if ecart else 0)
    if ecart:
        assert ecart in remarques[0]


def test_ce_qui_est_nie_reste_nie_et_les_details_suivent():
    detail = observation(code("2-2", LOINC, "Détail"), valeur("INT", value="1"))
    ecrite = observation(
        code("1-1", LOINC, "Constat"),
        valeur("CD", code="T30", codeSystem=CIM_10, displayName="Brûlures"),
        lien(detail),
        lien(element("act", code("48767-8", LOINC), element("text", "à revoir"))),
        negationInd="true",
        nullFlavor="NI",
    )
    ((constat,), _) = lire_constats(source(section(SECTION, ecrite)))
    assert constat.nie
    assert constat.absence == "NI"
    assert constat.commentaires == ("à revoir",)
    assert [(d.intitule, en_clair(d.valeur)) for d in constat.details] == [("Détail", "1")]


def test_une_donnee_sur_un_parent_dit_son_sujet():
    mere = element("relatedSubject", code("MTH", "2.16.840.1.113883.5.111", "Mère"))
    sujet = element("subject", mere)
    ecrite = observation(code("1-1", LOINC, "Constat"))
    (du_parent,) = lire_constats(source(section(SECTION, ecrite, plus=sujet)))[0]
    (propre,) = lire_constats(
        source(section(SECTION, observation(code("1-1", LOINC, "Constat"), sujet)))
    )[0]
    (du_patient,) = lire_constats(source(section(SECTION, ecrite)))[0]
    assert du_parent.sujet is not None
    assert du_parent.sujet.nom == "Mère"
    assert propre.sujet == du_parent.sujet
    assert du_patient.sujet is None


def test_une_fin_avant_le_debut_est_gardee_et_dite():
    temps = element("effectiveTime", element("low", value="2021"), element("high", value="2019"))
    constat, remarques = _lire(temps)
    assert en_clair(constat.periode) == "de 2021 à 2019"
    assert "la fin précède le début" in remarques[0]
    large = element(
        "effectiveTime", element("low", value="20200512"), element("high", value="2020")
    )
    assert _lire(large)[1] == ()


def test_une_date_impossible_manque_et_le_dit():
    constat, remarques = _lire(element("effectiveTime", value="20210231"))
    assert constat.periode is None
    assert "n'est pas une date HL7 valide" in remarques[0]


def test_une_donnee_personnelle_n_apparait_pas_par_accident():
    constat, _ = _lire(valeur("PQ", value="0.62", unit="g/L"))
    assert "0.62" not in repr(constat)
    assert "0.62" not in repr(constat.valeur)
