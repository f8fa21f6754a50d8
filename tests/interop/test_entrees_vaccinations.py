"""Vaccinations: our own entries for every path, then VAC and VAC-NOTE of the public corpus."""

from __future__ import annotations

import pytest

from interop.cda.entrees import (
    EtatVaccination,
    TypeInjection,
    Vaccination,
    en_clair,
    lire_vaccinations,
)
from interop.cda.entrees.codes import CIP_ANCIEN, SYSTEMES_CIP
from interop.cda.entrees.codes import CIS as SYSTEME_CIS
from tests.interop.entrees_exemples import (
    ACT_CODE,
    CIS,
    LOINC,
    code,
    du_corpus,
    element,
    intervenant,
    lien,
    observation,
    produit,
    section,
    source,
    texte,
    valeur,
)

VACCINATIONS = "11369-6"
VACCIN = produit(
    element(
        "code",
        element("translation", code="3400900000001", codeSystem=CIP_ANCIEN, displayName="1 dose"),
        element("translation", code="J07XX99", codeSystem="2.16.840.1.113883.6.73"),
        code="69999999",
        codeSystem=CIS,
        displayName="VACCIN DÉMO",
    ),
    element("name", "VACCIN DÉMO suspension"),
    element("lotNumberText", "LOT-7"),
)
RANG = lien(observation(code("30973-2", LOINC), valeur("INT", value="2")))


def injection(*dedans: str, mode: str = "EVN", genre: str = "INITIMMUNIZ", **plus: str) -> str:
    """A vaccination entry; effectiveTime, product and the rest are given in `dedans`."""
    return element("substanceAdministration", code(genre, ACT_CODE), *dedans, moodCode=mode, **plus)


COMPLETE = injection(
    element("id", root="1.2.250.1.999.7", extension="V-1"),
    texte("#vaccin"),
    element("statusCode", code="completed"),
    element("effectiveTime", value="1975"),
    code("IM", "2.16.840.1.113883.5.112", "injection intramusculaire", nom="routeCode"),
    code("LD", "2.16.840.1.113883.5.1052", "Deltoïde gauche", nom="approachSiteCode"),
    element("doseQuantity", value="0.5", unit="mL"),
    VACCIN,
    intervenant("performer", "assignedEntity", "DEMO-VACCINATEUR", lieu="Cabinet DÉMO"),
    intervenant("author", "assignedAuthor", "DEMO-AUTEUR", quand="20210409"),
    RANG,
    lien(element("act", code("48767-8", LOINC), texte("#mots"))),
    lien(
        observation(
            code("F-01000", "1.2.250.1.213.2.12", "Problème"),
            texte("#fievre"),
            element("effectiveTime", element("low", value="19750102")),
        ),
        "CAUS",
    ),
    lien(
        element(
            "supply",
            lien(element("act", code("FINSTRUCT", "1.3.6.1.4.1.19376.1.5.3.2"), texte("#ordo"))),
            moodCode="INT",
        ),
        "REFR",
    ),
    lien(element("act", code("Z23", "2.16.840.1.113883.6.3", "Motif DÉMO")), "RSON"),
    negationInd="false",
)
NARRATIF = (
    "<paragraph><content ID='vaccin'>Vaccin démo</content> <content ID='mots'>Bien toléré"
    "</content> <content ID='fievre'>fièvre</content> <content ID='ordo'>Ordonnance n° 3</content>"
    "</paragraph>"
)


def _lire(*entrees: str, narratif: str = "") -> tuple[tuple[Vaccination, ...], tuple[str, ...]]:
    ecrite = section(VACCINATIONS, *entrees, titre="Vaccinations", narratif=narratif)
    return lire_vaccinations(source(ecrite))


@pytest.mark.regle("R-VAC-03")
def test_une_vaccination_complete_donne_tous_ses_champs():
    ((lue,), remarques) = _lire(COMPLETE, narratif=NARRATIF)
    assert remarques == ()
    assert (lue.etat, lue.type) == (EtatVaccination.FAITE, TypeInjection.PRIMO)
    assert en_clair(lue.periode) == "1975"
    assert lue.vaccin is not None
    assert lue.vaccin.libelle == "VACCIN DÉMO suspension"
    assert lue.vaccin.lot == "LOT-7"
    assert lue.vaccin.code is not None
    cis, cip = lue.vaccin.code.dans(SYSTEME_CIS), lue.vaccin.code.dans(*SYSTEMES_CIP)
    assert (cis and cis.code, cip and cip.code) == ("69999999", "3400900000001")
    assert (lue.rang, en_clair(lue.quantite)) == (2, "0,5 mL")
    assert (en_clair(lue.voie), en_clair(lue.site)) == (
        "injection intramusculaire",
        "Deltoïde gauche",
    )
    assert [(qui.nom, qui.structure and qui.structure.nom) for qui in lue.executants] == [
        ("DEMO-VACCINATEUR", "Cabinet DÉMO")
    ]
    assert [qui.nom for qui in lue.auteurs] == ["DEMO-AUTEUR"]
    assert lue.commentaires == ("Bien toléré",)
    assert lue.prescription == ("Ordonnance n° 3",)
    assert [(r.intitule, r.texte) for r in lue.reactions] == [("Problème", "fièvre")]
    assert [motif.nom for motif in lue.motifs] == ["Motif DÉMO"]
    assert (lue.statut, lue.identifiant, lue.texte) == (
        "completed",
        "1.2.250.1.999.7^V-1",
        "Vaccin démo",
    )
    assert lue.section.nom == "Vaccinations"


@pytest.mark.regle("R-VAC-03")
@pytest.mark.parametrize(
    ("genre", "attendu"),
    [
        ("INITIMMUNIZ", TypeInjection.PRIMO),
        ("BOOSTER", TypeInjection.RAPPEL),
        ("IMMUNIZ", TypeInjection.AUTRE),
    ],
)
def test_le_type_d_injection_est_primo_rappel_ou_autre(genre, attendu):
    ((lue,), _) = _lire(injection(VACCIN, genre=genre))
    assert lue.type is attendu


@pytest.mark.regle("R-VAC-03")
@pytest.mark.parametrize(
    ("ecrite", "attendu"),
    [
        (injection(VACCIN), EtatVaccination.FAITE),
        (injection(VACCIN, negationInd="true"), EtatVaccination.NON_FAITE),
        (injection(VACCIN, element("statusCode", code="aborted")), EtatVaccination.NON_FAITE),
        (injection(VACCIN, element("statusCode", code="cancelled")), EtatVaccination.NON_FAITE),
        (injection(VACCIN, mode="INT"), EtatVaccination.PREVUE),
        (injection(VACCIN, mode="PRP"), EtatVaccination.PREVUE),
        (injection(VACCIN, mode="INT", negationInd="true"), EtatVaccination.NON_FAITE),
    ],
)
def test_un_refus_ou_une_prevision_n_est_jamais_pris_pour_une_injection(ecrite, attendu):
    ((lue,), _) = _lire(ecrite)
    assert lue.etat is attendu


@pytest.mark.regle("R-VAC-07")
def test_un_vaccin_delivre_n_est_pas_dit_injecte():
    fourniture = element(
        "supply",
        element("quantity", value="1"),
        intervenant("performer", "assignedEntity", "", quand="20190711", lieu="Pharmacie DÉMO"),
        intervenant("author", "assignedAuthor", "DEMO-PRESCRIPTEUR", quand="20190710"),
        moodCode="EVN",
    )
    ecrite = injection(
        element("effectiveTime", nullFlavor="UNK"),
        VACCIN,
        lien(fourniture, "REFR"),
        genre="IMMUNIZ",
    )
    ((lue,), remarques) = _lire(ecrite)
    assert lue.etat is EtatVaccination.DELIVREE
    assert lue.periode is None
    assert lue.delivrance is not None
    assert en_clair(lue.delivrance.date) == "11/07/2019"
    assert [q.structure and q.structure.nom for q in lue.delivrance.dispensateurs] == [
        "Pharmacie DÉMO"
    ]
    assert [q.nom for q in lue.delivrance.prescripteurs] == ["DEMO-PRESCRIPTEUR"]
    assert remarques == (
        "« Vaccinations », 1re donnée : le vaccin a été délivré ; rien ne dit s'il a été injecté.",
    )


def test_ce_qui_manque_est_dit_en_une_phrase():
    nu = produit(element("code", nullFlavor="NA"), element("name", "Vaccin sans code"))
    ecrite = element("substanceAdministration", nu, moodCode="EVN")
    ((lue,), remarques) = _lire(ecrite)
    assert lue.vaccin is not None
    assert lue.vaccin.libelle == "Vaccin sans code"
    assert lue.type is None
    assert remarques == (
        "« Vaccinations », 1re donnée : il manque le code du vaccin, le type d'injection, la date, "
        "le numéro de lot, le vaccinateur.",
    )


def test_une_date_sans_vaccin_est_gardee_et_le_dit():
    ((lue,), remarques) = _lire(injection(element("effectiveTime", value="202104")))
    assert lue.vaccin is None
    assert en_clair(lue.periode) == "04/2021"
    assert "il manque le nom du vaccin" in remarques[0]


def test_une_entree_qui_ne_dit_rien_n_est_pas_retenue():
    vide = injection(element("effectiveTime", nullFlavor="NA"), produit(element("code")))
    lues, remarques = _lire(vide)
    assert lues == ()
    assert "n'est pas retenue" in remarques[0]


def test_le_code_aucun_n_est_pas_un_vaccin():
    aucun = produit(code("02276797", "1.2.250.1.213.2.63", "Aucun"))
    lues, remarques = _lire(injection(aucun))
    assert lues == ()
    assert remarques == (
        "« Vaccinations », 1re donnée : le document dit qu'il n'y a pas de vaccination.",
    )


def test_un_identifiant_repete_est_dit_et_n_efface_personne():
    lues, remarques = _lire(COMPLETE, COMPLETE, narratif=NARRATIF)
    assert len(lues) == 2
    assert remarques == (
        "« Vaccinations », 2e donnée : son identifiant est déjà celui d'une autre vaccination.",
    )


def test_un_rang_impossible_manque_et_le_dit():
    rang = lien(observation(code("30973-2", LOINC), valeur("INT", value="99999999999")))
    ((lue,), remarques) = _lire(injection(VACCIN, rang))
    assert lue.rang is None
    assert any("rang de la vaccination n'est pas un petit nombre" in r for r in remarques)


@pytest.mark.parametrize(("mots", "nie", "ecart"), [("Oui", "true", True), ("Non", "true", False)])
def test_un_oui_du_texte_contre_une_negation_est_signale(mots, nie, ecart):
    ecrite = injection(texte("#ici"), VACCIN, negationInd=nie)
    ((lue,), remarques) = _lire(ecrite, narratif=f"<content ID='ici'>{mots}</content>")
    assert lue.etat is EtatVaccination.NON_FAITE
    assert any("le texte dit" in remarque for remarque in remarques) is ecart


def test_une_vaccination_recommandee_est_lue_hors_de_la_section_des_vaccinations():
    ecrite = injection(VACCIN, mode="INT")
    ((lue,), _) = lire_vaccinations(source(section("18776-5", ecrite, titre="Plan de soins")))
    assert (lue.etat, lue.section.nom) == (EtatVaccination.PREVUE, "Plan de soins")


# The public corpus


def _resume(lue: Vaccination) -> tuple[object, ...]:
    vaccin = lue.vaccin
    return (
        en_clair(lue.periode),
        vaccin and vaccin.code and vaccin.code.code,
        vaccin and vaccin.lot,
        lue.rang,
        lue.type,
        lue.etat,
    )


PRIMO, FAITE = TypeInjection.PRIMO, EtatVaccination.FAITE


@pytest.mark.regle("R-VAC-03")
def test_vac_historique_de_vaccinations():
    """VAC_2021.01.xml, « Historique de vaccinations ».

    The entries differ from the table in three places, kept as the entries say: the first tetanus
    injection is of 25/08/2009 in the table, BCG is intradermal there, and the family heading over
    the last one speaks of pneumococci.
    """
    lues, remarques = lire_vaccinations(du_corpus("VAC_2021.01.xml"))
    assert [_resume(lue) for lue in lues] == [
        ("1975", "61077869", "235421176", 1, PRIMO, FAITE),
        ("28/09/2009 09:49", "68747507", "4456668", 1, PRIMO, FAITE),
        ("28/09/2009 09:49", "68747507", "4456672", 2, PRIMO, FAITE),
        ("09/04/2021", "65277632", "357904636", 1, PRIMO, FAITE),
    ]
    assert {lue.section.nom for lue in lues} == {"Historique de vaccinations"}
    assert [lue.vaccin and lue.vaccin.libelle for lue in lues] == [
        "VACCIN BCG SSI, poudre et solvant pour suspension injectable",
        *[
            "VACCIN TETANIQUE PASTEUR, suspension injectable en seringue préremplie vaccin "
            "tétanique adsorbé"
        ]
        * 2,
        "VACCIN MENINGOCOCCIQUE A+C POLYOSIDIQUE, poudre et solvant pour suspension injectable "
        "en multidose",
    ]
    cips = [lue.vaccin.code.dans(*SYSTEMES_CIP) for lue in lues if lue.vaccin and lue.vaccin.code]
    assert [cip and cip.code for cip in cips] == [
        "3400936466425",
        "3400932857241",
        "3400932857241",
        "3400933465841",
    ]
    assert {en_clair(lue.voie) for lue in lues} == {"injection intramusculaire"}
    assert {en_clair(lue.site) for lue in lues} == {"Deltoïde gauche"}
    assert {en_clair(lue.quantite) for lue in lues} == {"1"}
    assert {qui.nom for lue in lues for qui in lue.executants} == {"MULLER"}
    assert [lue.commentaires for lue in lues] == [
        ("L'usager a été informé des avantages et risques liés à la vaccination",),
        (),
        ("Prise récente et ponctuelle de solupred (60mg) en une prise pendant 2 jours",),
        (),
    ]
    assert [[en_clair(r.valeur) for r in lue.reactions] for lue in lues] == [
        ["fièvre due à des médicaments"],
        ["fièvre due à des médicaments"],
        ["fièvre due à des médicaments"],
        [],
    ]
    assert [lue.prescription for lue in lues] == [(), (), (), ()]
    assert remarques == (
        "« Historique de vaccinations », 2e donnée : son identifiant est déjà celui d'une autre "
        "vaccination.",
        "« Historique de vaccinations », 3e donnée : son identifiant est déjà celui d'une autre "
        "vaccination.",
    )


@pytest.mark.regle("R-VAC-03")
def test_vac_note_note_de_vaccination():
    """VAC-NOTE_2021.01.xml, « Note de vaccination »; « Vaccins recommandés » recommends none."""
    lues, remarques = lire_vaccinations(du_corpus("VAC-NOTE_2021.01.xml"))
    assert [_resume(lue) for lue in lues] == [
        ("28/09/2009 09:49", "68747507", "4456672", 2, PRIMO, FAITE)
    ]
    assert [qui.nom for qui in lues[0].executants] == ["MULLER"]
    assert remarques == (
        "« Vaccins recommandés », 1re donnée : le passage « #recommandation-01 » auquel elle "
        "renvoie n'existe pas.",
        "« Vaccins recommandés », 1re donnée : elle ne nomme aucun vaccin et n'a pas de date : "
        "elle n'est pas retenue.",
    )
