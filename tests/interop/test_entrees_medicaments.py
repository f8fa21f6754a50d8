"""Medicines and devices: our own entries for every path, then eP-MED of the public corpus."""

from __future__ import annotations

import pytest

from interop.cda.entrees import (
    LigneMedicament,
    NatureTraitement,
    Posologie,
    en_clair,
    lire_dispositifs,
    lire_medicaments,
    lire_mesures,
)
from interop.cda.entrees.codes import CIP, LPP, MEDICABASE
from tests.interop.entrees_exemples import (
    ACT_CODE,
    CIM_10,
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

PRESCRIPTIONS = "57828-6"
IHE = "1.3.6.1.4.1.19376.1.5.3.2"
PHARM = 'xmlns:p="urn:ihe:pharm:medication"'
MEDICAMENT = produit(
    code("69999999", CIS, "MÉDICAMENT DÉMO 500 mg, comprimé"),
    element("name", "MÉDICAMENT DÉMO"),
    f'<p:formCode {PHARM} code="10219000" displayName="Comprimé"/>'
    f"<p:asSpecializedKind {PHARM}><p:generalizedMedicineClass>"
    '<p:code code="N02BE01" displayName="substance démo"/>'
    "</p:generalizedMedicineClass></p:asSpecializedKind>"
    f'<p:ingredient {PHARM}><p:quantity><p:numerator value="500" unit="mg"/>'
    '<p:denominator value="1"/></p:quantity><p:ingredient><p:code code="N02BE01"/>'
    "<p:name>substance démo</p:name></p:ingredient></p:ingredient>",
)
DATES = element(
    "effectiveTime",
    element("low", value="20211201"),
    element("high", value="20211206"),
    xsi_type="IVL_TS",
)


def _ligne(*dedans: str, mode: str = "INT", **plus: str) -> str:
    return element("substanceAdministration", *dedans, moodCode=mode, **plus)


def _lire(*entrees: str, narratif: str = "") -> tuple[tuple[LigneMedicament, ...], tuple[str, ...]]:
    ecrite = section(PRESCRIPTIONS, *entrees, titre="Ordonnance", narratif=narratif)
    return lire_medicaments(source(ecrite))


def _mots(reference: str) -> str:
    return element("translation", element("originalText", element("reference", value=reference)))


def test_une_prescription_complete_donne_tous_ses_champs():
    etape = _ligne(
        element(
            "effectiveTime",
            element(
                "comp",
                element("low", value="20211201"),
                element("width", value="2", unit="d"),
                xsi_type="IVL_TS",
            ),
            element(
                "comp",
                element("period", _mots("#frequence"), value="8", unit="h"),
                xsi_type="PIVL_TS",
            ),
            xsi_type="SXPR_TS",
        ),
        element(
            "doseQuantity",
            element("low", _mots("#min"), value="1", unit="{tablet}"),
            element("high", _mots("#max"), value="2", unit="{tablet}"),
        ),
        element(
            "rateQuantity",
            element("low", value="500", unit="mg/d"),
            element("high", value="500", unit="mg/d"),
        ),
    )
    ecrite = _ligne(
        element("id", root="1.2.250.1.999.8"),
        code("DRUG", ACT_CODE),
        texte("#med"),
        element("statusCode", code="completed"),
        DATES,
        element("repeatNumber", value="3"),
        code("20053000", "0.4.0.127.0.16.1.1.2.1", "Voie orale", nom="routeCode"),
        element(
            "maxDoseQuantity",
            element("numerator", value="4"),
            element("denominator", value="1", unit="d"),
        ),
        MEDICAMENT,
        intervenant("author", "assignedAuthor", "DEMO-PRESCRIPTEUR"),
        f'<entryRelationship typeCode="COMP"><sequenceNumber value="1"/>{etape}</entryRelationship>',
        lien(element("act", code("PINSTRUCT", IHE), element("text", "Au repas"))),
        lien(element("act", code("FINSTRUCT", IHE), element("text", "Ne pas broyer"))),
        lien(element("act", code("48767-8", LOINC), element("text", "Libre"))),
        lien(
            element("supply", element("quantity", value="2", unit="boîte"), moodCode="RQO"), "COMP"
        ),
        lien(
            element("act", code("N", "2.16.840.1.113883.5.1070", "Aucune"), moodCode="DEF"), "COMP"
        ),
        lien(observation(code("MED-574", "1.2.3", "ALD"), valeur("BL", value="true")), "COMP"),
        lien(element("act", code("R50", CIM_10, "Fièvre")), "RSON"),
        element("precondition", element("criterion", element("text", "si fièvre"))),
    )
    narratif = (
        "<paragraph><content ID='med'>Médicament démo</content> <content ID='frequence'>3 fois/j"
        "</content> <content ID='min'>1 cp</content> <content ID='max'>2 cp</content></paragraph>"
    )
    ((lue,), remarques) = _lire(ecrite, narratif=narratif)
    assert remarques == ()
    assert lue.nature is NatureTraitement.PRESCRIT
    assert lue.produit is not None
    assert lue.produit.libelle == "MÉDICAMENT DÉMO"
    assert (en_clair(lue.produit.forme), en_clair(lue.produit.classe)) == (
        "Comprimé",
        "substance démo",
    )
    (substance,) = lue.produit.substances
    assert (substance.nom, en_clair(substance.dosage)) == ("substance démo", "500 mg / 1")
    assert en_clair(lue.periode) == "du 01/12/2021 au 06/12/2021"
    (posologie,) = lue.posologies
    assert posologie.rang == 1
    assert en_clair(posologie.periode) == "depuis le 01/12/2021 pendant 2 d"
    assert en_clair(posologie.frequence) == "8 h"
    assert en_clair(posologie.dose) == "de 1 {tablet} à 2 {tablet}"
    assert en_clair(posologie.debit) == "500 mg/d"
    assert posologie.mots == ("3 fois/j", "1 cp", "2 cp")
    assert en_clair(lue.dose_maximale) == "4 / 1 d"
    assert (en_clair(lue.voie), en_clair(lue.quantite), lue.renouvellements) == (
        "Voie orale",
        "2 boîte",
        3,
    )
    assert (en_clair(lue.substitution), lue.instructions_patient) == ("Aucune", ("Au repas",))
    assert (lue.instructions_dispensateur, lue.commentaires) == (("Ne pas broyer",), ("Libre",))
    assert lue.conditions == ("si fièvre",)
    assert [motif.code for motif in lue.motifs] == ["R50"]
    assert [(c.intitule, c.valeur) for c in lue.constats] == [("ALD", True)]
    assert [qui.nom for qui in lue.prescripteurs] == ["DEMO-PRESCRIPTEUR"]
    assert (lue.identifiant, lue.statut, lue.texte) == (
        "1.2.250.1.999.8",
        "completed",
        "Médicament démo",
    )


def test_une_posologie_dite_par_le_tableau_seul_est_rapportee_telle_quelle():
    narratif = (
        "<table><thead><tr><th>Médicament</th><th>Posologie</th></tr></thead><tbody><tr>"
        "<td><content ID='med'>Démo</content></td><td>1 à 2 comprimés matin et soir</td></tr>"
        "</tbody></table>"
    )
    ((lue,), remarques) = _lire(_ligne(texte("#med"), DATES, MEDICAMENT), narratif=narratif)
    assert lue.posologies == ()
    assert lue.posologie_texte == "1 à 2 comprimés matin et soir"
    assert remarques == ("« Ordonnance », 1re donnée : la posologie n'est dite que par le texte.",)


@pytest.mark.parametrize(
    "narratif",
    [
        "<table><thead><tr><th>Posologie</th></tr></thead><tbody><tr><td ID='med'>a</td>"
        "<td>b</td></tr></tbody></table>",
        "<table><tbody><tr><td ID='med'>a</td><td>1 par jour</td></tr></tbody></table>",
        "<paragraph ID='med'>a</paragraph>",
        "<table><thead><tr><th colspan='90'>Posologie</th></tr></thead><tbody><tr>"
        "<td ID='med' colspan='9999999999'>a</td></tr></tbody></table>",
    ],
)
def test_sans_colonne_sure_la_posologie_n_est_pas_devinee(narratif):
    ((lue,), remarques) = _lire(_ligne(texte("#med"), DATES, MEDICAMENT), narratif=narratif)
    assert lue.posologie_texte is None
    assert "la posologie n'est pas dite dans la donnée structurée" in remarques[0]


def test_une_dose_du_texte_qui_differe_est_signalee():
    dose = element("doseQuantity", element("high", _mots("#max"), value="1", unit="{tablet}"))
    ((lue,), remarques) = _lire(
        _ligne(DATES, MEDICAMENT, dose), narratif="<content ID='max'>2 cp</content>"
    )
    assert en_clair(lue.posologies[0].dose) == "≤ 1 {tablet}"
    assert remarques == (
        "« Ordonnance », 1re donnée : dose : le texte dit « 2 cp », la donnée structurée « 1 ».",
    )


def test_un_moment_de_la_journee_est_garde():
    moment = element("effectiveTime", element("event", code="ACM"), xsi_type="EIVL_TS")
    ((lue,), _) = _lire(_ligne(DATES, moment, MEDICAMENT))
    assert lue.posologies == (Posologie(moment="ACM"),)


def _fourniture(*dedans: str, mode: str = "EVN") -> str:
    return element(
        "supply",
        element("quantity", value="2"),
        *dedans,
        intervenant("performer", "assignedEntity", "", quand="20190526", lieu="Pharmacie DÉMO"),
        intervenant("author", "assignedAuthor", "DEMO-PRESCRIPTEUR", quand="20190525"),
        moodCode=mode,
    )


def test_une_delivrance_dans_un_traitement_dit_qui_quand_combien():
    ((lue,), remarques) = _lire(_ligne(MEDICAMENT, lien(_fourniture(), "REFR"), mode="EVN"))
    assert remarques == ()
    assert lue.nature is NatureTraitement.DELIVRE
    (delivrance,) = lue.delivrances
    assert (en_clair(delivrance.date), en_clair(delivrance.quantite)) == ("26/05/2019", "2")
    assert [q.structure and q.structure.nom for q in delivrance.dispensateurs] == ["Pharmacie DÉMO"]
    assert [q.nom for q in delivrance.prescripteurs] == ["DEMO-PRESCRIPTEUR"]


def test_une_delivrance_du_code_aucun_ne_nomme_pas_de_produit():
    aucun = produit(code("02276797", "1.2.250.1.213.2.63", "Aucun"), porteur="product")
    ((lue,), _) = _lire(_ligne(MEDICAMENT, lien(_fourniture(aucun), "REFR"), mode="EVN"))
    assert [delivrance.produit for delivrance in lue.delivrances] == [None]


@pytest.mark.parametrize(
    ("mode", "nature", "delivrances"),
    [("EVN", NatureTraitement.DELIVRE, 1), ("RQO", NatureTraitement.PRESCRIT, 0)],
)
def test_une_dispensation_est_une_entree_a_elle_seule(mode, nature, delivrances):
    support = MEDICAMENT.replace("consumable", "product")
    ((lue,), remarques) = _lire(_fourniture(support, mode=mode))
    assert (lue.nature, len(lue.delivrances)) == (nature, delivrances)
    assert lue.produit is not None
    assert lue.produit.libelle == "MÉDICAMENT DÉMO"
    assert en_clair(lue.quantite) == "2"
    assert remarques == ()


def test_une_dispensation_sans_date_ni_code_le_dit():
    nue = element("supply", texte("#med"), moodCode="EVN")
    vide = element("supply", moodCode="EVN")
    aucun = element(
        "supply", produit(code("02276797", "1.2.250.1.213.2.63"), porteur="product"), moodCode="EVN"
    )
    lues, remarques = _lire(nue, vide, aucun, narratif="<content ID='med'>Démo</content>")
    assert [lue.texte for lue in lues] == ["Démo"]
    assert remarques == (
        "« Ordonnance », 1re donnée : le médicament n'est pas nommé par un code.",
        "« Ordonnance », 1re donnée : la date de délivrance n'est pas dite.",
        "« Ordonnance », 2e donnée : elle ne nomme aucun médicament : elle n'est pas retenue.",
        "« Ordonnance », 3e donnée : le document dit qu'il n'y a pas de médicament.",
    )


def test_ce_qui_manque_a_une_prescription_est_dit():
    sans_code = produit(element("code", nullFlavor="NA"), element("name", "Préparation démo"))
    vide = _ligne(produit(element("code", nullFlavor="NA")))
    aucun = _ligne(produit(code("02276797", "1.2.250.1.213.2.63")))
    lues, remarques = _lire(_ligne(sans_code), vide, aucun, _ligne(DATES), _ligne(MEDICAMENT))
    assert [lue.produit and lue.produit.libelle for lue in lues] == [
        "Préparation démo",
        None,
        "MÉDICAMENT DÉMO",
    ]
    manques = [remarque.removeprefix("« Ordonnance », ") for remarque in remarques]
    assert manques == [
        "1re donnée : le médicament n'a pas de code.",
        "1re donnée : les dates du traitement ne sont pas dites.",
        "1re donnée : la posologie n'est pas dite dans la donnée structurée.",
        "2e donnée : elle ne nomme aucun médicament et n'a pas de date : elle n'est pas retenue.",
        "3e donnée : le document dit qu'il n'y a pas de médicament.",
        "4e donnée : le médicament n'est pas nommé.",
        "4e donnée : la posologie n'est pas dite dans la donnée structurée.",
        "5e donnée : les dates du traitement ne sont pas dites.",
        "5e donnée : la posologie n'est pas dite dans la donnée structurée.",
    ]


def test_un_traitement_nie_le_reste():
    ((lue,), _) = _lire(_ligne(DATES, MEDICAMENT, mode="EVN", negationInd="true"))
    assert (lue.nature, lue.est_nie) == (NatureTraitement.PRIS, True)


def test_des_renouvellements_impossibles_manquent_et_le_disent():
    ((lue,), remarques) = _lire(
        _ligne(DATES, MEDICAMENT, element("repeatNumber", value="99999999999"))
    )
    assert lue.renouvellements is None
    assert any("nombre de renouvellements" in remarque for remarque in remarques)


# Devices


def _dispositif(*dedans: str, mode: str = "INT") -> str:
    return element("supply", *dedans, moodCode=mode)


def _porteur(*dedans: str) -> str:
    return element(
        "participant",
        element("participantRole", *dedans),
        typeCode="DEV",
    )


def test_un_dispositif_prescrit_ou_delivre_est_lu():
    lit = _porteur(
        element("id", root="2.16.840.1.113883.3.3719", extension="UDI-1"),
        element("playingDevice", code("1215702", LPP, "Lit médical démo")),
    )
    prescrit = _dispositif(
        element("effectiveTime", element("low", value="20211201"), xsi_type="IVL_TS"),
        element("repeatNumber", value="1"),
        element("quantity", value="1"),
        element("expectedUseTime", element("width", value="60", unit="d")),
        lit,
        lien(observation(code("MED-574", "1.2.3", "ALD"), valeur("BL", value="false")), "COMP"),
    )
    delivre = _dispositif(
        lit, intervenant("performer", "assignedEntity", "DEMO", quand="20211202"), mode="EVN"
    )
    ecrite = section("46264-8", prescrit, delivre, titre="Dispositifs")
    lus, remarques = lire_dispositifs(source(ecrite))
    assert remarques == ()
    premier, second = lus
    assert (premier.est_delivre, second.est_delivre) == (False, True)
    assert premier.code is not None
    assert premier.code.dans(LPP) is not None
    assert (en_clair(premier.quantite), premier.renouvellements) == ("1", 1)
    assert (en_clair(premier.duree), en_clair(premier.periode)) == ("60 d", "depuis le 01/12/2021")
    assert [constat.valeur for constat in premier.constats] == [False]
    assert premier.identifiant_unique == "UDI-1"
    assert en_clair(second.date_delivrance) == "02/12/2021"
    assert [qui.nom for qui in second.executants] == ["DEMO"]


def test_un_dispositif_sans_code_le_dit_et_un_vide_n_est_pas_retenu():
    ecrite = section(
        "46264-8",
        _dispositif(texte("#d"), mode="EVN"),
        _dispositif(),
        _dispositif(_porteur(element("playingDevice", code("02276797", "1.2.250.1.213.2.63")))),
        titre="Dispositifs",
        narratif="<content ID='d'>Canne</content>",
    )
    lus, remarques = lire_dispositifs(source(ecrite))
    assert [lu.texte for lu in lus] == ["Canne"]
    assert remarques == (
        "« Dispositifs », 1re donnée : le dispositif n'a pas de code.",
        "« Dispositifs », 1re donnée : la date de délivrance n'est pas dite.",
        "« Dispositifs », 2e donnée : elle ne nomme aucun dispositif : elle n'est pas retenue.",
        "« Dispositifs », 3e donnée : le document dit qu'il n'y a pas de dispositif médical.",
    )


# The public corpus


def _paracetamol(lue: LigneMedicament) -> None:
    assert lue.produit is not None
    assert lue.produit.code is not None
    assert lue.produit.libelle == "PARACETAMOL MYLAN 500 mg, comprimé"
    codes = [lue.produit.code.dans(systeme) for systeme in (CIS, MEDICABASE, CIP)]
    assert [trouve and trouve.code for trouve in codes] == [
        "63107752",
        "MV00002306",
        "3400933516390",
    ]
    assert en_clair(lue.produit.forme) == "Comprimé"
    assert lue.produit.classe is not None
    assert lue.produit.classe.code == "N02BE01"
    assert [(s.nom, en_clair(s.dosage)) for s in lue.produit.substances] == [
        ("paracetamol", "500 mg / 1")
    ]
    assert lue.instructions_patient == ("A prendre au cours d'un repas",)


def _commun(lues: tuple[LigneMedicament, ...]) -> None:
    """What both eP-MED files say of their two medicines."""
    assert [lue.nature for lue in lues] == [NatureTraitement.PRESCRIT] * 2
    assert {lue.section.nom for lue in lues} == {"Prescription de médicaments"}
    assert {en_clair(lue.periode) for lue in lues} == {"du 01/12/2021 au 06/12/2021"}
    assert [lue.renouvellements for lue in lues] == [3, 0]
    assert [en_clair(lue.quantite) for lue in lues] == ["2 30009000", "1 30067000"]
    assert {en_clair(lue.substitution) for lue in lues} == {"Aucune substitution permise"}
    for lue in lues:
        assert [(c.intitule, c.valeur) for c in lue.constats] == [
            ("En rapport avec une ALD", False),
            ("En rapport avec un accident du travail ou une maladie professionnelle", False),
            ("En rapport avec la prevention", False),
            ("Non remboursable", False),
            ("Hors Autorisation de Mise sur le Marché (AMM)", False),
        ]
        # The prescriber is the document's author: the lines name nobody.
        assert lue.prescripteurs == ()
    paracetamol, preparation = lues
    _paracetamol(paracetamol)
    assert preparation.produit is not None
    assert preparation.produit.libelle == (
        "Préparation magistrale : - 30g de diprosone - 70g de Cérat Frais de Galien"
    )
    assert en_clair(preparation.produit.forme) == "pommade pour application cutanée et nasale"
    assert preparation.instructions_patient[0].startswith("Diminuer la posologie progressivement")


def test_ep_med_posologie_structuree():
    """eP-MED-DM_PosoStruct_2022.01.xml, « Prescription de médicaments ».

    The table says 1 to 2 tablets, the entry 1 to 1: both are kept and the gap is told.
    """
    lues, remarques = lire_medicaments(du_corpus("eP-MED-DM_PosoStruct_2022.01.xml"))
    _commun(lues)
    paracetamol, preparation = lues
    assert [
        (p.rang, en_clair(p.periode), en_clair(p.frequence), en_clair(p.dose), en_clair(p.debit))
        for p in paracetamol.posologies
    ] == [
        (1, "depuis le 01/12/2021 pendant 2 d", "8 h", "1 {tablet}", "de 1500 mg/d à 3000 mg/d"),
        (2, "depuis le 03/12/2021 pendant 4 d", "12 h", "1 {tablet}", "de 1000 mg/d à 2000 mg/d"),
    ]
    assert paracetamol.posologies[0].mots == (
        "3 fois/j à partir du 01/12/2021 pendant 2 jours",
        "1 cp",
        "2 cp",
        "1500 mg/j",
        "3000 mg/j",
    )
    assert en_clair(paracetamol.dose_maximale) == "4 / 1 d"
    assert (en_clair(paracetamol.voie), en_clair(preparation.voie)) == (
        "Voie orale",
        "Voie cutanée",
    )
    assert en_clair(preparation.site) == "visage"
    # « 2 applications/j » in the table, once a day in the entry.
    assert [(en_clair(p.frequence), p.mots) for p in preparation.posologies] == [
        ("1 d", ("2 applications/j",))
    ]
    prefixe = "« Prescription de médicaments », "
    assert [remarque.removeprefix(prefixe) for remarque in remarques] == [
        "1re donnée : dose : le texte dit « 2 cp », la donnée structurée « 1 ».",
        "1re donnée : le passage « #voie-001 » auquel elle renvoie n'existe pas.",
        "1re donnée : le passage « #precond-001 » auquel elle renvoie n'existe pas.",
        "2e donnée : le passage « #precond-002 » auquel elle renvoie n'existe pas.",
        "2e donnée : le médicament n'a pas de code.",
        "2e donnée : son identifiant est déjà celui d'un autre traitement.",
    ]


def test_ep_med_posologie_non_structuree():
    """eP-MED-DM_PosoNonStruct_2022.01.xml: how to take them stands in the table only."""
    lues, remarques = lire_medicaments(du_corpus("eP-MED-DM_PosoNonStruct_2022.01.xml"))
    _commun(lues)
    assert [lue.posologies for lue in lues] == [(), ()]
    assert [lue.posologie_texte for lue in lues] == [
        "1 à 2 comprimés 3 fois/j à partir du 01/12/2021 pendant 2 jours puis 1 à 2 comprimés "
        "2 fois/j à partir du 03/12/2021 pendant 4 jours",
        "2 applications par jour",
    ]
    assert [lue.voie for lue in lues] == [None, None]
    assert sum("la posologie n'est dite que par le texte" in r for r in remarques) == 2


@pytest.mark.parametrize("forme", ["PosoStruct", "PosoNonStruct"])
def test_ep_med_dispositif_et_signes_vitaux(forme):
    """Both eP-MED files: « Prescription de dispositifs médicaux », « Signes vitaux »."""
    lue = du_corpus(f"eP-MED-DM_{forme}_2022.01.xml")
    ((lit,), remarques) = lire_dispositifs(lue)
    assert lit.code is not None
    lpp = lit.code.dans(LPP)
    assert (lit.code.code, lpp and lpp.code) == ("V0806", "1215702")
    assert (lit.est_delivre, en_clair(lit.quantite), lit.renouvellements) == (False, "1", 0)
    assert (en_clair(lit.duree), en_clair(lit.periode)) == (
        "60 d",
        "du 01/12/2021 au 31/01/2022",
    )
    assert [constat.valeur for constat in lit.constats] == [False] * 4
    assert [r.split("passage ")[1].split(" auquel")[0] for r in remarques] == [
        "« #DM-001-LPP »",
        "« #DM001 »",
    ]
    mesures, remarques = lire_mesures(lue)
    assert [(m.nature, en_clair(m.valeur), en_clair(m.periode)) for m in mesures] == [
        ("poids", "55 kg", "01/12/2021"),
        ("taille", "170 cm", "01/12/2021"),
    ]
    assert remarques == ()
