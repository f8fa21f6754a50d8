"""Laboratory results: our own report for every path, then the six CR-BIO of the public corpus."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interop.cda.entrees import (
    Intervalle,
    Quantite,
    ResultatBiologie,
    dire_le_reste,
    en_clair,
    lire_biologie,
)
from tests.interop.entrees_exemples import (
    LOINC,
    code,
    du_corpus,
    element,
    intervenant,
    lien,
    observation,
    section,
    source,
    texte,
    valeur,
)

MODELE = element("templateId", root="1.3.6.1.4.1.19376.1.3.1")
INTERPRETATION = "2.16.840.1.113883.5.83"
DATE = element("effectiveTime", value="20210324073500+0100")

Ligne = tuple[str, str, str, str]


def _rapport(*dedans: str, narratif: str = "", **plus: str) -> str:
    """A section with one laboratory act."""
    acte = element("act", code("18719-5", LOINC, "Biochimie"), *dedans, **plus)
    # The template stands on the entry, as XD-LAB writes it.
    return section("18719-5", MODELE + acte, titre="Biochimie", narratif=narratif)


def _lire(*dedans: str, narratif: str = "") -> tuple[tuple[ResultatBiologie, ...], tuple[str, ...]]:
    return lire_biologie(source(_rapport(*dedans, narratif=narratif)))


def _ligne(lu: ResultatBiologie) -> Ligne:
    """LOINC code, value, interpretation codes, reference."""
    return (
        (lu.code and lu.code.code) or "",
        en_clair(lu.valeur),
        " ".join(i.code or "" for i in lu.interpretations),
        " | ".join(en_clair(r.valeur) for r in lu.references),
    )


def _lignes(lus: tuple[ResultatBiologie, ...]) -> list[Ligne]:
    return [_ligne(lu) for lu in lus]


def test_un_compte_rendu_donne_resultat_norme_methode_date_et_entourage():
    resultat = observation(
        code("2571-8", LOINC, "Triglycérides", element("originalText", texte_ref("#tg"))),
        element("statusCode", code="completed"),
        DATE,
        valeur("PQ", element("translation", value="0.71", code="mmol/L"), value="0.62", unit="g/L"),
        code("N", INTERPRETATION, "Normal", nom="interpretationCode"),
        element("methodCode", element("originalText", texte_ref("#methode"))),
        lien(
            observation(
                code("2571-8", LOINC),
                element("effectiveTime", value="20200912"),
                valeur("PQ", value="0.80", unit="g/L"),
            ),
            "REFR",
        ),
        element(
            "referenceRange",
            element(
                "observationRange",
                element("text", "chez l'adulte"),
                valeur(
                    "IVL_PQ",
                    element("low", value="0.50", unit="g/L"),
                    element("high", value="1.50", unit="g/L"),
                ),
                code("N", INTERPRETATION, nom="interpretationCode"),
            ),
        ),
    )
    prelevement = element(
        "procedure",
        code("9050", "1.2.250.1.213.2.7", "Ponction veineuse"),
        element("effectiveTime", element("high", value="202103240700+0100")),
        intervenant("performer", "assignedEntity", "DEMO-PRELEVEUR"),
        element(
            "participant",
            element(
                "participantRole",
                element("playingEntity", code("BLD", "2.16.840.1.113883.5.129", "sang total")),
            ),
            typeCode="PRD",
        ),
        lien(
            element("act", code("SPRECEIVE", "1.2.3"), element("effectiveTime", value="20210324"))
        ),
    )
    validation = element(
        "participant",
        element("time", element("high", value="202103241120+0100")),
        element(
            "participantRole",
            element(
                "playingEntity",
                element("name", element("family", "DEMO-BIOLOGISTE"), element("given", "ALEX")),
            ),
        ),
        typeCode="AUTHEN",
    )
    batterie = element(
        "organizer",
        code("57698-3", LOINC, "Bilan lipidique"),
        element("component", resultat),
        element("component", element("act", code("48767-8", LOINC), texte("#conclusion"))),
    )
    narratif = (
        "<paragraph><content ID='tg'>Triglycérides</content><content ID='methode'>Colorimétrie"
        "</content> <content ID='conclusion'>Sans particularité</content></paragraph>"
    )
    ((lu,), remarques) = _lire(
        intervenant("performer", "assignedEntity", "DEMO-LABO", lieu="Laboratoire DÉMO"),
        validation,
        lien(prelevement, "COMP"),
        lien(batterie, "COMP"),
        narratif=narratif,
    )
    assert remarques == ()
    assert _ligne(lu) == ("2571-8", "0,62 g/L", "N", "de 0,50 g/L à 1,50 g/L")
    assert lu.intitule == "Triglycérides"
    assert isinstance(lu.valeur, Quantite)
    assert (lu.valeur.valeur, lu.valeur.unite) == (Decimal("0.62"), "g/L")
    assert [en_clair(autre) for autre in lu.valeur.traductions] == ["0,71 mmol/L"]
    assert (lu.statut, en_clair(lu.periode), en_clair(lu.methode)) == (
        "completed",
        "24/03/2021 07:35",
        "Colorimétrie",
    )
    assert [batterie.nom for batterie in lu.batteries] == ["Biochimie", "Bilan lipidique"]
    assert lu.references[0].texte == "chez l'adulte"
    assert lu.references[0].interpretation is not None
    assert [(en_clair(a.valeur), en_clair(a.periode)) for a in lu.anterieurs] == [
        ("0,80 g/L", "12/09/2020")
    ]
    (prelevement_lu,) = lu.prelevements
    assert en_clair(prelevement_lu.code) == "Ponction veineuse"
    assert en_clair(prelevement_lu.periode) == "jusqu'au 24/03/2021 07:00"
    assert en_clair(prelevement_lu.nature) == "sang total"
    assert en_clair(prelevement_lu.recu_le) == "24/03/2021"
    assert [qui.nom for qui in prelevement_lu.preleveurs] == ["DEMO-PRELEVEUR"]
    assert [(v.nom, en_clair(v.date)) for v in lu.validations] == [
        ("ALEX DEMO-BIOLOGISTE", "24/03/2021 11:20")
    ]
    assert [qui.nom for qui in lu.executants] == ["DEMO-LABO"]
    assert lu.commentaires == ("Sans particularité",)


def texte_ref(reference: str) -> str:
    return element("reference", value=reference)


def test_un_antibiogramme_garde_le_germe_et_les_bornes():
    cmi = observation(
        code("20-8", LOINC, "Amoxicilline"),
        valeur("IVL_PQ", element("high", value="0.128", unit="ug/mL", inclusive="false")),
        code("S", INTERPRETATION, "Sensible", nom="interpretationCode"),
    )
    isolat = element(
        "organizer",
        element("effectiveTime", value="20210104"),
        element(
            "specimen",
            element(
                "specimenRole",
                element("specimenPlayingEntity", code("562", "1.2.3", "Escherichia coli")),
            ),
        ),
        element(
            "component",
            element("organizer", code("18769-0", LOINC, "Antibiogramme"), lien(cmi, "COMP")),
        ),
    )
    ((lu,), remarques) = _lire(lien(isolat, "COMP"))
    assert remarques == ()
    assert _ligne(lu) == ("20-8", "< 0,128 ug/mL", "S", "")
    assert en_clair(lu.isolat) == "Escherichia coli"
    assert en_clair(lu.periode) == "04/01/2021"
    assert [batterie.nom for batterie in lu.batteries] == ["Biochimie", "Antibiogramme"]


def test_un_resultat_seulement_rappele_n_est_pas_un_resultat():
    rappel = observation(code("2160-0", LOINC, "Créatinine"), DATE, valeur("INT", value="9"))
    lus, remarques = _lire(lien(rappel, "REFR"))
    assert lus == ()
    assert remarques == ("« Biochimie », 1re donnée : elle ne contient aucun résultat.",)


def test_ce_qui_manque_a_un_resultat_est_dit():
    sans_rien = observation(element("code", nullFlavor="UNK"))
    sans_valeur = observation(
        element("code", element("originalText", "Créatinine"), nullFlavor="OTH"), DATE
    )
    non_fait = observation(
        code("2160-0", LOINC, "Créatinine"), element("statusCode", code="aborted"), DATE
    )
    lus, remarques = _lire(*(lien(o, "COMP") for o in (sans_rien, sans_valeur, non_fait)))
    assert [lu.intitule for lu in lus] == ["", "Créatinine", "Créatinine"]
    assert [lu.statut for lu in lus] == [None, None, "aborted"]
    assert remarques == (
        "« Biochimie », 1re donnée : un résultat ne dit pas ce qu'il mesure.",
        "« Biochimie », 1re donnée : un résultat : la valeur manque.",
        "« Biochimie », 1re donnée : un résultat : la date n'est pas dite.",
        "« Biochimie », 1re donnée : « Créatinine » : la valeur manque.",
        "« Biochimie », 1re donnée : « Créatinine » : l'analyse n'a pas de code.",
    )


def test_un_acte_sans_resultat_le_dit():
    lus, remarques = _lire(element("statusCode", code="completed"))
    assert lus == ()
    assert remarques == ("« Biochimie », 1re donnée : elle ne contient aucun résultat.",)


def test_le_modele_peut_etre_sur_l_acte():
    resultat = observation(code("2160-0", LOINC, "Créatinine"), DATE, valeur("INT", value="9"))
    acte = element("act", MODELE, lien(resultat, "COMP"))
    lus, _ = lire_biologie(source(section("18719-5", acte)))
    assert _lignes(lus) == [("2160-0", "9", "", "")]


# The public corpus

BILAN_LIPIDIQUE = [
    ("2571-8", "0,62 g/L", "N", "de 0,50 g/L à 1,50 g/L"),
    ("2093-3", "1,90 g/L", "N", "de 1,50 g/L à 2,00 g/L"),
    ("2085-9", "0,73 g/L", "N", "de 0,40 g/L à 1,00 g/L"),
    ("13457-7", "1,05 g/L", "N", "≤ 1,60 g/L"),
]
# The table writes 45 between 10 and 50: the « H » is the file's own.
BIOCHIMIE = [
    ("53049-3", "0,88 g/L", "N", "de 0,70 g/L à 1,08 g/L"),
    ("30239-8", "45 [IU]/L", "H", "de 10 [IU]/L à 50 [IU]/L"),
    ("1743-4", "49 [IU]/L", "N", "de 10 [IU]/L à 50 [IU]/L"),
]
GAMMA_GT = ("2324-2", "65 [IU]/L", "H", "de 4 [IU]/L à 60 [IU]/L")
PROTEINES_ET_THYROIDE = [
    ("1988-5", "<1.0 mg/L", "N", "≤ 5,0 mg/L"),
    ("3016-3", "2,050 m[IU]/L", "N", "de 0,270 m[IU]/L à 4,200 m[IU]/L"),
    ("3024-7", "7,67 pg/mL", "L", "de 9,30 pg/mL à 17,00 pg/mL"),
]


def test_cr_bio_auto_presentable():
    """CR-BIO_2021.01_Auto-Presentable.xml: « Bilan lipidique », then three times « Biochimie »."""
    lus, remarques = lire_biologie(du_corpus("CR-BIO_2021.01_Auto-Presentable.xml"))
    assert _lignes(lus) == [*BILAN_LIPIDIQUE, *BIOCHIMIE, GAMMA_GT, *PROTEINES_ET_THYROIDE]
    assert {en_clair(lu.periode) for lu in lus} == {"02/04/2014 14:55"}
    assert [lu.section.nom for lu in lus] == ["Bilan lipidique"] * 4 + ["Biochimie"] * 7
    assert {lu.section.chemin for lu in lus} == {("BIOCHIMIE",)}
    assert [en_clair(lu.methode) for lu in lus] == [
        "...(Colorimétrie enzymatique)",
        "...(Colorimétrie enzymatique)",
        "...(Enzymatique HDL-direct)",
        "...(Calculé selon la formule de Friedewald)",
        "...(UV Hexokinase)",
        "...(IFCC avec P5P)",
        "...(IFCC avec P5P)",
        "...(Colorimétrie enzymatique)",
        "...(Immunoturbidimétrie)",
        "...(ECL Modular)",
        "...(ECL Modular)",
    ]
    triglycerides, crp = lus[0], lus[8]
    assert isinstance(triglycerides.valeur, Quantite)
    assert [en_clair(t) for t in triglycerides.valeur.traductions] == ["0,71 mmol/L"]
    assert isinstance(crp.valeur, Intervalle)
    assert crp.valeur.haut is not None
    assert (crp.valeur.haut.valeur, crp.valeur.haut_inclus) == (Decimal("1.0"), False)
    # Eleven results, and eleven references to passages that the file forgot.
    assert len(remarques) == 11
    assert all("n'existe pas" in remarque for remarque in remarques)


def test_cr_bio_auto_presentable_avec_image():
    """CR-BIO_…_avec-image.xml: an electrophoresis first, gamma GT at 95 with an alert."""
    lus, remarques = lire_biologie(du_corpus("CR-BIO_2021.01_Auto-Presentable_avec-image.xml"))
    assert _lignes(lus) == [
        ("2885-2", "75,0 g/L", "", "de 63,000000 g/L à 83,000000 g/L"),
        ("13980-8", "60,0 %", "", ""),
        ("2862-1", "45,0 g/L", "", "de 36,000000 g/L à 48,000000 g/L"),
        *BILAN_LIPIDIQUE,
        *BIOCHIMIE,
        ("2324-2", "95 [IU]/L", "HH", "de 4 [IU]/L à 60 [IU]/L"),
        *PROTEINES_ET_THYROIDE,
    ]
    assert lus[0].commentaires == ("Bisalbuminémie",)
    # « Albumine (%) » has its range 40 - 80 in the table only.
    assert lus[1].intitule == "Albumine (%)"
    assert len(remarques) == 10
    assert all("n'existe pas" in remarque for remarque in remarques)


ELECTROPHORESE = [
    ("2885-2", "75,0 g/L", "", "de 63,000000 g/L à 83,000000 g/L"),
    ("13980-8", "60,0 %", "", ""),
    ("2862-1", "45,0 g/L", "", "de 36,000000 g/L à 48,000000 g/L"),
    ("13978-2", "5,0 %", "", ""),
    ("2865-4", "3,8 g/L", "H", "de 0,800000 g/L à 3,200000 g/L"),
    ("13981-6", "9,0 %", "", ""),
    ("2868-8", "6,8 g/L", "", "de 4,500000 g/L à 10,500000 g/L"),
    ("13982-4", "11,0 %", "", ""),
    ("2871-2", "8,3 g/L", "", "de 3,500000 g/L à 9,500000 g/L"),
    ("13983-2", "15,0 %", "", ""),
    ("2874-6", "11,3 g/L", "", "de 6,500000 g/L à 14,500000 g/L"),
    ("44429-9", "1,50 {ratio}", "", ""),
]
HEMOGRAMME = [
    ("6690-2", "8,2 10*9/L", "N", "de 5 10*9/L à 10 10*9/L"),
    ("789-8", "4,95 10*12/L", "N", "de 4,50 10*12/L à 6,00 10*12/L"),
    ("20509-6", "13,4 g/dL", "N", "de 11,5 g/dL à 14,5 g/dL"),
    ("4544-3", "45 %", "N", "de 40 % à 54 %"),
    ("30428-7", "97 fL", "H", "de 85 fL à 95 fL"),
    ("30385-9", "17,5 %", "H", "de 11,5 % à 14,5 %"),
    ("28540-3", "33,0 g/dL", "N", "de 32,0 g/dL à 36,0 g/dL"),
    ("28539-5", "31,0 pg", "N", "de 27 pg à 31 pg"),
    ("777-3", "220 10*9/L", "N", "de 150 10*9/L à 400 10*9/L"),
    ("32623-1", "8 fL", "N", "de 7 fL à 10 fL"),
    ("32207-3", "12 %", "", ""),
    ("26511-6", "72 %", "H", "de 45 % à 70 %"),
    ("26450-7", "2 %", "N", "de 1 % à 3 %"),
    ("30180-4", "0 %", "N", "de 0,5 % à 0,5 %"),
    ("26478-8", "20 %", "N", "de 20 % à 40 %"),
    ("26485-3", "6 %", "N", "de 3 % à 7 %"),
]


def _ecbu(denombrement: str) -> list[Ligne]:
    # The table writes 0,0032 for gentamicin on the first isolate; the entry 0.032.
    return [
        ("5778-6", "paille", "", ""),
        ("5767-9", "clair", "", ""),
        ("24122-4", "500 /mL", "", ""),
        ("799-7", "200 /mL", "", ""),
        ("24123-2", "absence", "", ""),
        ("653-6", "nombreux Gram - ; quelques Gram +", "", ""),
        ("51480-2", denombrement, "", ""),
        ("20-8", "≥ 0,512 ug/mL", "R", ""),
        ("28-1", "< 0,128 ug/mL", "I", ""),
        ("18928-2", "< 0,032 ug/mL", "S", ""),
        ("51480-2", "200000 /mL", "", ""),
        ("20-8", "< 0,012 ug/mL", "S", ""),
        ("28-1", "< 0,013 ug/mL", "S", ""),
        ("18928-2", "< 0,014 ug/mL", "S", ""),
    ]


def test_cr_bio_electrophorese():
    """CR-BIO_2021.01_Electrophorese.xml: proteins, biochemistry, blood count, urine."""
    source_lue = du_corpus("CR-BIO_2021.01_Electrophorese.xml")
    lus, remarques = lire_biologie(source_lue)
    assert _lignes(lus) == [
        *ELECTROPHORESE,
        ("22664-7", "10,02 mmol/L", "H", "de 3,50 mmol/L à 8 mmol/L"),
        ("40193-5", "7,2 mmol/L", "H", "de 3,9 mmol/L à 6,1 mmol/L"),
        *HEMOGRAMME,
        *_ecbu("100000 /mL"),
    ]
    uree = lus[len(ELECTROPHORESE)]
    assert [(en_clair(a.valeur), en_clair(a.periode)) for a in uree.anterieurs] == [
        ("8,5 mmol/L", "12/09/2020 08:15"),
        ("7,9 mmol/L", "03/01/2020 08:12"),
    ]
    ccmh = next(lu for lu in lus if lu.code and lu.code.code == "28540-3")
    assert [(en_clair(a.valeur), en_clair(a.periode)) for a in ccmh.anterieurs] == [
        ("32,5 g/dL", "")
    ]
    assert en_clair(lus[0].methode) == "Electrophoresis"
    assert [(v.nom, en_clair(v.date)) for v in lus[0].validations] == [
        ("Jean DE SANTS", "04/01/2021 11:20")
    ]
    assert [en_clair(p.code) for p in lus[0].prelevements] == ["Ponction veineuse"]
    assert [q.structure and q.structure.nom for q in lus[0].executants] == [
        "LABORATOIRE SOUS-TRAITANT"
    ]
    hemogramme = next(lu for lu in lus if lu.code and lu.code.code == "6690-2")
    assert hemogramme.commentaires == ("Interprétation : Anisocytose",)
    assert remarques == (
        "« HEMATOLOGIE », 1re donnée : « Concentration corpusculaire moyenne en hémoglobine "
        "(g/dL) », date d'un résultat antérieur : La date « 20092012081500+0100 » n'est pas une "
        "date HL7 valide.",
        "« HEMATOLOGIE », 1re donnée : le passage « #Polynucleaires-neutrophiles » auquel elle "
        "renvoie n'existe pas.",
        "« EX MICROBIO URINES (ECBU) », 1re donnée : le passage « #CBU-erythrocytes » auquel elle "
        "renvoie n'existe pas.",
    )
    assert [r.split(" :")[0] for r in dire_le_reste(source_lue)] == [
        "« Non conformité »",
        "« Prestation de conseil »",
    ]


@pytest.mark.parametrize(("version", "denombrement"), [("V1", "100000 /mL"), ("V2", "120000 /mL")])
def test_cr_bio_microbiologie(version, denombrement):
    """CR-BIO_2021.01_Microbiologie_V1 and V2: « EX MICROBIO URINES (ECBU) », one count apart."""
    lus, remarques = lire_biologie(du_corpus(f"CR-BIO_2021.01_Microbiologie_{version}.xml"))
    assert _lignes(lus) == _ecbu(denombrement)
    assert [en_clair(lu.isolat) for lu in lus] == (
        [""] * 6 + ["Escherichia coli"] * 4 + ["Streptococcus sp."] * 4
    )
    assert {lu.commentaires for lu in lus} == {("Traitement immédiat",)}
    assert [en_clair(p.nature) for p in lus[0].prelevements] == ["urine"]
    assert en_clair(lus[0].prelevements[0].recu_le) == "04/01/2021 07:52"
    assert remarques == (
        "« EX MICROBIO URINES (ECBU) », 1re donnée : le passage « #CBU-erythrocytes » auquel elle "
        "renvoie n'existe pas.",
    )


def test_cr_bio_avec_un_pdf():
    """CR-BIO_2021.01_PDF.xml, « Hémostase, coagulation »; the rest is in the attached PDF."""
    lus, remarques = lire_biologie(du_corpus("CR-BIO_2021.01_PDF.xml"))
    assert _lignes(lus) == [("6301-6", "2,0", "N", "")]
    assert (lus[0].intitule, en_clair(lus[0].periode)) == ("INR", "04/01/2021")
    assert (lus[0].section.nom, lus[0].section.chemin) == (
        "Hémostase, coagulation",
        ("Hématologie",),
    )
    assert remarques == ()


def test_cr_bio_de_niveau_1_dit_qu_il_n_est_pas_structure():
    """CR-BIO_2021.01_CDA-R2-Niveau-1.xml: a PDF and nothing else."""
    lus, remarques = lire_biologie(du_corpus("CR-BIO_2021.01_CDA-R2-Niveau-1.xml"))
    assert lus == ()
    assert remarques == ("Le document n'est pas structuré : aucune donnée ne peut en être lue.",)
