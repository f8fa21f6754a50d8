"""Syntheses: our own entries for every path, then VSM, DLU and VAC-NOTE of the public corpus."""

from __future__ import annotations

import pytest

from interop.cda.entrees import (
    Acte,
    Allergie,
    EtatVaccination,
    LigneMedicament,
    NatureTraitement,
    Probleme,
    dire_le_reste,
    en_clair,
    lire_actes_structures,
    lire_allergies,
    lire_biologie,
    lire_famille,
    lire_problemes,
    lire_synthese,
)
from interop.cda.entrees.codes import CIP, CIS
from tests.interop import exemples
from tests.interop.entrees_exemples import (
    ACT_CODE,
    CIM_10,
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

SNOMED = "1.2.250.1.213.2.12"
PROBLEMES, ALLERGIES, FAMILLE = "11450-4", "48765-2", "10157-6"
ANGINE = valeur("CD", code="I20.0", codeSystem=CIM_10, displayName="Angine de poitrine")


def _preoccupation(*observations: str, statut: str = "active", date: str = "") -> str:
    return element(
        "act",
        element("code", nullFlavor="NA"),
        element("statusCode", code=statut),
        element("effectiveTime", element("low", value=date)) if date else "",
        *(lien(observation_ecrite) for observation_ecrite in observations),
        moodCode="EVN",
    )


def _probleme(*dedans: str, **plus: str) -> str:
    return observation(code("G-1009", SNOMED, "Diagnostic"), *dedans, **plus)


def _lire(*entrees: str, narratif: str = "") -> tuple[tuple[Probleme, ...], tuple[str, ...]]:
    ecrite = section(PROBLEMES, *entrees, titre="Problèmes", narratif=narratif)
    return lire_problemes(source(ecrite))


def _description(code_decrit: str, libelle: str) -> str:
    return lien(observation(code(code_decrit, LOINC), valeur("CD", code="X", displayName=libelle)))


def test_un_probleme_dit_son_code_ses_dates_son_etat_et_ses_descriptions():
    ecrit = _probleme(
        texte("#p"),
        element("effectiveTime", element("low", value="20180422"), element("high", value="201805")),
        ANGINE,
        _description("SEV", "Modérée"),
        _description("33999-4", "Intermittent"),
        _description("11323-3", "En rémission"),
        lien(observation(code("ORG-087", "1.2.3", "Nombre"), valeur("INT", value="2"))),
        lien(element("act", code("48767-8", LOINC), element("text", "à suivre"))),
    )
    narratif = "<content ID='p'>Angor</content>"
    ((lu,), remarques) = _lire(_preoccupation(ecrit, statut="completed"), narratif=narratif)
    assert remarques == ()
    assert lu.code is not None
    assert (lu.code.code, lu.code.systeme, lu.code.libelle) == (
        "I20.0",
        CIM_10,
        "Angine de poitrine",
    )
    assert (en_clair(lu.nature), en_clair(lu.periode), lu.etat) == (
        "Diagnostic",
        "du 22/04/2018 à 05/2018",
        "completed",
    )
    assert [en_clair(d) for d in (lu.severite, lu.statut, lu.statut_clinique)] == [
        "Modérée",
        "Intermittent",
        "En rémission",
    ]
    assert [(c.intitule, en_clair(c.valeur)) for c in lu.constats] == [("Nombre", "2")]
    assert (lu.commentaires, lu.texte, lu.nie, lu.sujet) == (("à suivre",), "Angor", False, None)
    assert lu.section.nom == "Problèmes"


def test_la_date_de_la_preoccupation_sert_quand_le_probleme_n_en_a_pas():
    ((lu,), remarques) = _lire(_preoccupation(_probleme(ANGINE), date="2019"))
    assert en_clair(lu.periode) == "depuis 2019"
    assert remarques == ()


def test_un_probleme_nie_reste_nie_et_une_reference_n_est_pas_un_probleme():
    renvoi = lien(_probleme(ANGINE), "REFR")
    acte = element(
        "act", element("code", code="CONC"), lien(_probleme(ANGINE, negationInd="true")), renvoi
    )
    ((lu,), _) = _lire(acte)
    assert lu.nie


def test_un_probleme_ecrit_sans_preoccupation_est_lu():
    ((lu,), _) = _lire(_probleme(ANGINE, element("effectiveTime", element("low", value="2019"))))
    assert (en_clair(lu.code), en_clair(lu.periode)) == ("Angine de poitrine", "depuis 2019")


def test_ce_qui_manque_a_un_probleme_est_dit():
    mots = valeur("CD", element("originalText", "Vertiges"), nullFlavor="UNK")
    lus, remarques = _lire(_preoccupation(_probleme(), _probleme(mots)))
    assert [en_clair(lu.code) for lu in lus] == ["", "Vertiges"]
    assert remarques == (
        "« Problèmes », 1re donnée : un problème n'est pas nommé par un code.",
        "« Problèmes », 1re donnée : « problème » : la date n'est pas dite.",
        "« Problèmes », 1re donnée : « Vertiges » n'a pas de code.",
        "« Problèmes », 1re donnée : « Vertiges » : la date n'est pas dite.",
    )


def test_une_allergie_dit_son_type_son_agent_et_ses_reactions():
    reaction = observation(
        code("F-01250", SNOMED, "Symptôme"),
        valeur("CD", code="T78.3", codeSystem=CIM_10, displayName="Urticaire"),
        negationInd="true",
    )
    ecrite = observation(
        code("DALG", ACT_CODE, "Allergie médicamenteuse"),
        element("effectiveTime", element("low", value="20180603")),
        valeur("CD", code="L27.0", codeSystem=CIM_10, displayName="Éruption"),
        element(
            "participant",
            element(
                "participantRole", element("playingEntity", code("69999999", CIS, "Agent démo"))
            ),
            typeCode="CSM",
        ),
        element("participant", typeCode="LOC"),
        lien(reaction, "MFST"),
        _description("SEV", "Modérée"),
    )
    sans_agent = observation(code("FALG", ACT_CODE, "Allergie alimentaire"))
    lues, remarques = lire_allergies(
        source(section(ALLERGIES, _preoccupation(ecrite), sans_agent, titre="Allergies"))
    )
    premiere, seconde = lues
    assert _allergie(premiere) == (
        "Allergie médicamenteuse",
        "Éruption",
        ["Agent démo"],
        "depuis le 03/06/2018",
        "active",
    )
    assert [(en_clair(r.valeur), r.nie) for r in premiere.reactions] == [("Urticaire", True)]
    assert en_clair(premiere.severite) == "Modérée"
    assert en_clair(seconde.type) == "Allergie alimentaire"
    assert remarques == (
        "« Allergies », 2e donnée : « Allergie alimentaire » : l'agent responsable n'est pas dit à "
        "part.",
        "« Allergies », 2e donnée : « Allergie alimentaire » : la date n'est pas dite.",
    )


def _allergie(lue: Allergie) -> tuple[str, str, list[str], str, str | None]:
    return (
        en_clair(lue.type),
        en_clair(lue.description),
        [en_clair(agent) for agent in lue.agents],
        en_clair(lue.periode),
        lue.etat,
    )


def _groupe(*dedans: str) -> str:
    maladie = _probleme(ANGINE, element("effectiveTime", element("low", value="1990")))
    return element("organizer", *dedans, element("component", maladie))


def test_un_antecedent_familial_dit_de_qui():
    mere = element(
        "subject",
        element("relatedSubject", code("MTH", "2.16.840.1.113883.5.111", "Mère")),
    )
    sans_code = element("subject", element("relatedSubject"))
    lus, remarques = lire_famille(
        source(section(FAMILLE, _groupe(mere), _groupe(sans_code), _groupe(), titre="Famille"))
    )
    assert [(en_clair(lu.sujet), en_clair(lu.code)) for lu in lus] == [
        ("Mère", "Angine de poitrine"),
        ("Une autre personne", "Angine de poitrine"),
        ("Une autre personne", "Angine de poitrine"),
    ]
    assert remarques == ("« Famille », 3e donnée : le lien de parenté n'est pas dit.",)


def test_un_acte_dit_ce_qui_est_fait_et_ce_qui_est_demande():
    fait = element(
        "procedure",
        code("DDAF004", "1.2.250.1.213.2.5", "Dilatation"),
        element("effectiveTime", value="20180114"),
        intervenant("author", "assignedAuthor", "DEMO-CHIRURGIEN"),
        lien(element("act", code("I21.1", CIM_10, "Infarctus")), "RSON"),
        moodCode="EVN",
    )
    demande = element("encounter", code("AMB", ACT_CODE, "Consultation"), moodCode="ARQ")
    (premier, second), remarques = lire_actes_structures(
        source(section("47519-4", fait, demande, titre="Actes"))
    )
    assert _acte(premier) == ("Dilatation", "14/01/2018", ["Infarctus"], False)
    assert [qui.nom for qui in premier.auteurs] == ["DEMO-CHIRURGIEN"]
    assert _acte(second) == ("Consultation", "", [], True)
    assert remarques == ()


def _acte(lu: Acte) -> tuple[str, str, list[str], bool]:
    return (
        en_clair(lu.code),
        en_clair(lu.periode),
        [en_clair(motif) for motif in lu.motifs],
        lu.est_prevu,
    )


def test_une_section_qui_ne_parle_que_par_son_texte_le_dit_une_fois():
    parlante = section("30954-2", titre="Vigilance", narratif="<paragraph>ECG</paragraph>")
    vide = section("30954-3", titre="Vide")
    avec_sous_section = section("30954-4", titre="Chapitre", narratif="Chapitre").replace(
        "</section>", f"<component>{section(PROBLEMES, _probleme(ANGINE))}</component></section>"
    )
    etrange = section("30954-5", "<observationRange/>", titre="Étrange", narratif="x")
    lue = source(parlante, vide, avec_sous_section, etrange)
    assert dire_le_reste(lue) == (
        "« Vigilance » : rien n'y est structuré, le texte est à lire.",
        "« Étrange » : une donnée d'une sorte inconnue n'est pas lue.",
    )
    _, remarques = lire_synthese(lue)
    assert set(dire_le_reste(lue)) <= set(remarques)


def test_une_section_connait_celles_qui_la_contiennent():
    dedans = section(PROBLEMES, _probleme(ANGINE), titre="En cours")
    dehors = exemples.section("", titre="Conclusions", dessous=dedans)
    ((lu,), _) = lire_problemes(source(dehors))
    assert (lu.section.nom, lu.section.chemin) == ("En cours", ("Conclusions",))


# The public corpus


def _probleme_lu(lu: Probleme) -> tuple[str, str | None, str, str, str | None]:
    return (
        lu.section.nom,
        lu.code and lu.code.code,
        en_clair(lu.code),
        en_clair(lu.periode),
        lu.etat,
    )


def _traitement(lue: LigneMedicament) -> tuple[object, ...]:
    posologies = [(en_clair(p.frequence), en_clair(p.dose)) for p in lue.posologies]
    return (
        lue.produit and lue.produit.code and lue.produit.code.code,
        lue.produit and lue.produit.libelle,
        en_clair(lue.periode),
        posologies,
        lue.posologie_texte,
        lue.nature,
    )


PRIS, PRESCRIT = NatureTraitement.PRIS, NatureTraitement.PRESCRIT


@pytest.mark.regle("R-DOC-28")
def test_vsm():
    """VSM_1.4.xml, section by section.

    PLAVIX is « 1 cp/j » in the table, two tablets a day and « both nostrils » in the entry;
    COUMADINE « 1 cp/j » and one tablet every six hours: both are kept.
    """
    lue, remarques = lire_synthese(du_corpus("VSM_1.4.xml"))
    assert [_probleme_lu(p) for p in lue.problemes] == [
        (
            "Pathologie en cours",
            "G45.9",
            "Accident Ischémique Cérébral Transitoire",
            "depuis le 11/08/2019",
            "active",
        ),
        (
            "Pathologie en cours",
            "I20.0",
            "Angine de poitrine instable",
            "depuis le 11/08/2019",
            "active",
        ),
        (
            "Antécédents médicaux",
            "N10",
            "Pyélonéphrite aiguë",
            "du 22/04/2018 au 30/04/2018",
            "completed",
        ),
        (
            "Antécédents médicaux",
            "I21.1",
            "Infarctus transmural inférieur",
            "du 14/01/2018 au 25/01/2018",
            "completed",
        ),
    ]
    assert {p.code.systeme for p in lue.problemes if p.code} == {CIM_10}
    (allergie,) = lue.allergies
    assert _allergie(allergie) == (
        "Allergie à un produit pharmaceutique",
        "Urticaire",
        ["PARACETAMOL"],
        "depuis le 03/06/2018",
        "active",
    )
    assert en_clair(allergie.statut) == "Intermittent"
    (chirurgie,) = lue.actes
    assert chirurgie.section.nom == "Antécédents chirurgicaux"
    assert _acte(chirurgie) == (
        "Dilatation intraluminale de 2 vaisseaux coronaires avec pose d'endoprothèse, par voie "
        "artérielle transcutanée",
        "14/01/2018",
        ["Infarctus transmural inférieur"],
        False,
    )
    assert chirurgie.code is not None
    assert chirurgie.code.code == "DDAF004"
    assert [qui.nom for qui in chirurgie.auteurs] == ["PETITJEAN"]
    (mere,) = lue.famille
    assert (en_clair(mere.sujet), mere.code and mere.code.code, en_clair(mere.code)) == (
        "Mère",
        "D57.1",
        "Anémie drépanocytaire",
    )
    assert [(c.section.nom, c.intitule, en_clair(c.valeur)) for c in lue.constats] == [
        ("Mode de vie", "Consommation tabagique", "25 {pack}/a"),
        ("Mode de vie", "Consommation de drogue", "Consommation de cannabis occasionnelle"),
    ]
    assert [_traitement(t) for t in lue.traitements] == [
        (
            "63564053",
            "PLAVIX 75 mg",
            "depuis le 11/08/2019",
            [("1 d", "2 {tbl}")],
            "1 cp/j",
            PRIS,
        ),
        (
            "63245753",
            "COUMADINE 5mg",
            "depuis le 11/08/2019",
            [("6 h", "1 {tbl}")],
            "1 cp/j",
            PRIS,
        ),
    ]
    cips = [t.produit.code.dans(CIP) for t in lue.traitements if t.produit and t.produit.code]
    assert [c and c.code for c in cips] == ["3400938022209", "3400935693099"]
    assert [[m.code for m in t.motifs] for t in lue.traitements] == [["I20.0"], ["G45.9"]]
    assert en_clair(lue.traitements[0].site) == "dans les deux narines"
    assert (lue.mesures, lue.vaccinations) == ((), ())
    assert remarques == (
        "« Traitements », 1re donnée : le passage « #vsm0016 » auquel elle renvoie n'existe pas.",
        "« Traitements », 2e donnée : le passage « #vsm0019 » auquel elle renvoie n'existe pas.",
        "« Antécédents familiaux », 1re donnée : « Anémie drépanocytaire » : la date n'est pas "
        "dite.",
        "« Facteurs de risques professionnels » : rien n'y est structuré, le texte est à lire.",
        "« Points de vigilance » : rien n'y est structuré, le texte est à lire.",
    )


@pytest.mark.regle("R-DOC-28")
def test_dlu():
    """DLU-DLU_2021.01.xml, section by section.

    « Contention » is « non » in the table and true in the entry: told, and kept.
    """
    lue, remarques = lire_synthese(du_corpus("DLU-DLU_2021.01.xml"))
    assert [_probleme_lu(p) for p in lue.problemes] == [
        (
            "Pathologies actives",
            "J41.0",
            "Bronchite chronique simple",
            "depuis le 27/03/2020",
            "completed",
        ),
        (
            "Antécédents médicaux",
            "I21",
            "Infarctus aigu du myocarde",
            "depuis le 11/08/2018",
            "completed",
        ),
    ]
    assert [_allergie(a) for a in lue.allergies] == [
        (
            "Allergie alimentaire",
            "Dermite due à l'ingestion d'aliments",
            ["Fraise"],
            "du 30/06/2019 au 17/07/2019",
            "completed",
        ),
        (
            "Allergie médicamenteuse",
            "Éruption généralisée due à des médicaments",
            ["DAFALGAN 500 mg, comprimé"],
            "depuis le 07/01/2014",
            "completed",
        ),
    ]
    assert [_traitement(t) for t in lue.traitements] == [
        (
            "64996379",
            "AMPICILLINE PANPHARMA 500 mg, gélule",
            "du 02/03/2020 au 09/03/2020",
            [("1 d", "de 2 {count} à 4 {count}")],
            None,
            PRESCRIT,
        )
    ]
    assert en_clair(lue.traitements[0].dose_maximale) == "4 / 1 J"
    assert [(c.section.nom, c.intitule, c.valeur) for c in lue.constats] == [
        ("Directives anticipées", "En soins palliatifs", False),
        ("Directives anticipées", "Directives anticipées", True),
        ("Observations", "Peut Alerter", False),
        ("Observations", "Orienté", True),
        ("Observations", "Désorienté", False),
        ("Observations", "Agité", True),
        ("Observations", "Opposant", True),
        ("Observations", "Risque suicidaire", True),
        ("Observations", "Handicap visuel", True),
        ("Observations", "Handicap auditif", True),
        ("Observations", "Handicap de langage", True),
        ("Observations", "Chute", True),
        ("Observations", "Déambulation", True),
        ("Observations", "Fugue", False),
        ("Observations", "Contention", True),
        ("Observations", "Risque d'escarre", True),
        ("Observations", "Risque de fausses routes", False),
        ("Résultats d’examens", "Bactérie Multi Résistante", False),
    ]
    assert [
        (v.vaccin and v.vaccin.code and v.vaccin.code.code, v.vaccin and v.vaccin.lot, v.texte)
        for v in lue.vaccinations
    ] == [
        ("68747507", "6547", "Tétanos"),
        ("62482112", "0076543", "Grippe"),
        ("66229252", "0012345", "Pneumocoque"),
    ]
    assert {v.etat for v in lue.vaccinations} == {EtatVaccination.FAITE}
    assert [(a.section.nom, a.lieu) for a in lue.actes] == [
        ("Etablissement de santé de préférence", "EHPAD DE BOULOGNE-BILLANCOURT")
    ]
    assert remarques == (
        "« Etablissement de santé de préférence », 1re donnée : le passage « #dlu2020 » auquel "
        "elle renvoie n'existe pas.",
        "« Résultats d’examens », 1re donnée : le passage « xxx » auquel elle renvoie n'existe "
        "pas.",
        "« Résultats d’examens », 1re donnée : un acte n'est pas nommé : il n'est pas retenu.",
        "« Directives anticipées », 1re donnée : le passage « a definir » auquel elle renvoie "
        "n'existe pas.",
        "« Directives anticipées », 2e donnée : le passage « a definir » auquel elle renvoie "
        "n'existe pas.",
        "« Observations », 13e donnée : « Contention » : le texte dit « non », la donnée "
        "structurée « oui ».",
        *(
            f"« Vaccinations du patient », {rang} donnée : il manque la date, le vaccinateur."
            for rang in ("1re", "2e", "3e")
        ),
        "« Commentaires » : rien n'y est structuré, le texte est à lire.",
    )


PROTHESES = [
    ("Lunettes", "oui", ""),
    ("Prothèses dentaires", "oui", "supérieur"),
    ("Prothèses dentaires", "oui", "inférieur"),
    ("Prothèses auditives", "oui", "droit"),
    ("Prothèses auditives", "oui", "gauche"),
    ("Autre dispositif ou objet personnel", "oui", ""),
]


@pytest.mark.regle("R-DOC-28")
def test_dlu_fludr():
    """DLU-FLUDR_2021.01.xml: back from the emergency department."""
    lue, remarques = lire_synthese(du_corpus("DLU-FLUDR_2021.01.xml"))
    assert [_probleme_lu(p) for p in lue.problemes] == [
        (
            "Diagnostic ou RPU",
            "J41.0",
            "Bronchite chronique simple",
            "depuis le 28/03/2020",
            "completed",
        )
    ]
    assert [_traitement(t) for t in lue.traitements] == [
        (
            "64996379",
            "AMPICILLINE PANPHARMA 500 mg, gélule",
            "du 28/03/2020 au 04/04/2020",
            [("1 J", "de 2 {count} à 4 {count}")],
            None,
            PRESCRIT,
        )
    ]
    assert lue.traitements[0].section.nom == "Ordonnance de sortie"
    assert [(a.section.nom, _acte(a)[:2], a.lieu) for a in lue.actes] == [
        (
            "Retour du patient à l'EHPAD",
            ("Transfert du patient", "du 28/03/2020 16:00 au 28/03/2020 16:05"),
            "EHPAD DE BOULOGNE-BILLANCOURT",
        )
    ]
    # The reason points to its heading, « Motif », not to its words.
    motif = lue.constats[0]
    assert (motif.intitule, en_clair(motif.valeur)) == ("Motif du transport", "Motif")
    assert [
        (c.intitule, en_clair(c.valeur), en_clair(c.site)) for c in lue.constats[1:]
    ] == PROTHESES
    assert (lue.allergies, lue.mesures, lue.vaccinations) == ((), (), ())
    assert remarques == ("« Commentaires » : rien n'y est structuré, le texte est à lire.",)


@pytest.mark.regle("R-DOC-28", "R-MES-08")
def test_dlu_fludt():
    """DLU-FLUDT_2021.01.xml: sent to the emergency department."""
    lue, remarques = lire_synthese(du_corpus("DLU-FLUDT_2021.01.xml"))
    assert [(m.nature.value, en_clair(m.valeur), en_clair(m.periode)) for m in lue.mesures] == [
        ("frequence_cardiaque", "80 /min", "27/03/2020 15:35"),
        ("temperature", "37 Cel", "27/03/2020 15:35"),
        ("poids", "80 kg", "27/03/2020 15:35"),
        ("systolique", "155 mm[Hg]", "27/03/2020 15:35"),
        ("diastolique", "85 mm[Hg]", "27/03/2020 15:35"),
    ]
    assert [(c.intitule, en_clair(c.valeur)) for c in lue.constats[:4]] == [
        ("Motif du transfert vers le service des urgences", "Motif"),
        ("Conscient et éveillé", "oui"),
        ("Douleur", "oui"),
        ("Date et heure du dernier repas", "sans objet"),
    ]
    assert [(d.intitule, en_clair(d.valeur)) for d in lue.constats[2].details] == [
        ("Localisation anatomique", "Membre inférieur"),
        ("Localisation anatomique", "Bras droit"),
    ]
    assert en_clair(lue.constats[3].periode) == "27/03/2020 12:00"
    assert [
        (c.intitule, en_clair(c.valeur), en_clair(c.site)) for c in lue.constats[4:]
    ] == PROTHESES
    (prise,) = lue.traitements
    assert (prise.produit, prise.nature) == (None, PRIS)
    assert en_clair(prise.periode) == "du 27/03/2020 12:00 au 27/03/2020 12:01"
    assert [(_acte(a)[0], a.lieu) for a in lue.actes] == [
        ("Transfert du patient", "CHU DE NANTERRE")
    ]
    prefixe = "« Date et heure de la dernière prise du traitement habituel », 1re donnée : "
    assert remarques == (
        f"{prefixe}le médicament n'est pas nommé.",
        f"{prefixe}la posologie n'est pas dite dans la donnée structurée.",
        "« Observations », 1re donnée : le passage « #xxx » auquel elle renvoie n'existe pas.",
        "« Observations », 1re donnée : un acte n'est pas nommé : il n'est pas retenu.",
        "« Date et heure du dernier repas », 1re donnée : le passage « #xxx » auquel elle renvoie "
        "n'existe pas.",
        "« Commentaires » : rien n'y est structuré, le texte est à lire.",
    )


@pytest.mark.regle("R-DOC-28", "R-MES-08")
def test_vac_note_problemes_allergies_traitements_mesures_et_habitudes():
    """VAC-NOTE_2021.01.xml, its sections other than the vaccination."""
    lue, remarques = lire_synthese(du_corpus("VAC-NOTE_2021.01.xml"))
    assert [_probleme_lu(p) for p in lue.problemes] == [
        (
            "Antécédents médicaux",
            "B16",
            "hépatite aiguë B",
            "depuis le 11/05/2019",
            "completed",
        ),
        (
            "Problèmes actifs",
            "R50",
            "fièvre d'origine inconnue",
            "depuis le 25/07/2019",
            "active",
        ),
    ]
    # The table says « Actif », the entry « Intermittent »: the entry.
    fievre = lue.problemes[1]
    assert [en_clair(d) for d in (fievre.severite, fievre.statut, fievre.statut_clinique)] == [
        "Modéré",
        "Intermittent",
        "En rémission",
    ]
    (allergie,) = lue.allergies
    assert _allergie(allergie) == (
        "Allergie médicamenteuse",
        "Urticaire",
        [
            "VACCIN RABIQUE PASTEUR, poudre et solvant pour suspension injectable en seringue "
            "préremplie"
        ],
        "depuis le 29/07/2019",
        "active",
    )
    assert [(en_clair(r.valeur), r.nie) for r in allergie.reactions] == [("Urticaire", True)]
    assert allergie.commentaires == ()
    assert [_traitement(t) for t in lue.traitements] == [
        (
            "67119691",
            "DOLIPRANE 500 mg, gélule",
            "du 25/07/2019 au 30/07/2019",
            [("4 h", "de 1 {count} à 2 {count}")],
            None,
            PRIS,
        )
    ]
    assert [[m.code for m in t.motifs] for t in lue.traitements] == [["R50"]]
    # 6 400 g for 162 cm: as received, like the table.
    assert [(m.nature.value, en_clair(m.valeur)) for m in lue.mesures] == [
        ("poids", "6400 g"),
        ("taille", "162 cm"),
        ("imc", "24,38 kg/m2"),
        ("temperature", "37,5 Cel"),
    ]
    assert {en_clair(m.periode) for m in lue.mesures} == {"29/07/2020 13:51"}
    assert [(c.section.nom, c.intitule, en_clair(c.valeur)) for c in lue.constats] == [
        ("Historique des grossesses", "Statut de grossesse", "Enceinte"),
        ("Historique des grossesses", "Date prévisionnelle de l'accouchement", "01/11/2019"),
        ("Historique des grossesses", "Projet de grossesse", "non"),
        (
            "Historique des grossesses",
            "Nombre d'enfants prématurés (nés avant 37 semaines)",
            "0",
        ),
        ("Historique des grossesses", "Allaitement", "non"),
        ("Historique des grossesses", "Accouchement récent", "non"),
        ("Habitus, Mode de vie", "Consommation de drogue", "Voie nasale"),
        ("Habitus, Mode de vie", "Facteur social relié à la vie professionnelle", "Justice"),
        (
            "Habitus, Mode de vie",
            "Vie en collectivité",
            "Établissement de santé de moyen ou long séjour",
        ),
        (
            "Habitus, Mode de vie",
            "L'entourage présente un risque pour l'usager",
            "Facteurs de risque familiaux de tuberculose",
        ),
        (
            "Habitus, Mode de vie",
            "Présence dans l'entourage de l'usager de personnes à risque",
            "Personne immunodéprimée",
        ),
        ("Habitus, Mode de vie", "Comportement sexuel à risque", "non"),
        ("Habitus, Mode de vie", "Voyage", "Bangladesh"),
        ("Directives anticipées", "Autre(s) acte(s) ou traitement(s)", "oui"),
    ]
    assert lue.constats[-1].texte == "Refus du patient pour le vaccin antirabique"
    assert remarques[:2] == (
        "« Allergies et hypersensibilités », 1re donnée : le passage « #Reaction » auquel elle "
        "renvoie n'existe pas.",
        "« Historique des grossesses », 4e donnée : le passage « #prematures » auquel elle "
        "renvoie n'existe pas.",
    )


@pytest.mark.parametrize(
    "nom", ["CR-BIO_2021.01_PDF.xml", "VAC_2021.01.xml", "CNAM-HR_2021.01.xml"]
)
def test_une_synthese_ne_prend_pas_les_resultats_de_biologie_pour_des_constats(nom):
    lue = du_corpus(nom)
    constats = lire_synthese(lue)[0].constats
    codes_de_biologie = {r.code and r.code.code for r in lire_biologie(lue)[0]}
    assert not {c.code and c.code.code for c in constats} & codes_de_biologie
