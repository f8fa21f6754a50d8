"""Care history: our own document for every path, then both CNAM-HR of the public corpus."""

from __future__ import annotations

import pytest

from interop.cda.entrees import (
    CategorieSoin,
    EpisodeSoin,
    EtatVaccination,
    dire_le_reste,
    en_clair,
    lire_soins,
    lire_vaccinations,
)
from interop.cda.entrees.codes import (
    CNAM_ATC,
    CNAM_CIP,
    CNAM_COMPOSANT,
    CNAM_SEJOUR,
    SYSTEMES_ATC,
    SYSTEMES_CIP,
)
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
    produit,
    section,
    source,
    texte,
)

C = CategorieSoin


def _actes(precision: str) -> str:
    """A section « Actes » that tells which acts it lists."""
    acte = element(
        "procedure",
        code("HBMD053", "1.2.250.1.215.200.3.4", "Acte démo"),
        element("effectiveTime", value="20190208"),
        intervenant("performer", "assignedEntity", "DEMO-ACTEUR", lieu="Cabinet DÉMO"),
        moodCode="EVN",
    )
    ecrite = section("29554-3", acte, titre="Actes")
    traduction = code(precision, LOINC, nom="translation")
    return ecrite.replace("</code>", f"{traduction}</code>", 1)


@pytest.mark.regle("R-HIS-01")
@pytest.mark.parametrize(
    ("precision", "categorie"),
    [
        ("67803-7", C.SOINS),
        ("18726-0", C.RADIOLOGIE),
        ("26436-6", C.BIOLOGIE),
        ("00000-0", C.SOINS),
    ],
)
def test_les_actes_vont_a_la_categorie_que_dit_leur_section(precision, categorie):
    ((episode,), remarques) = lire_soins(source(_actes(precision)))
    assert episode.categorie is categorie
    assert (episode.libelle, en_clair(episode.periode)) == ("Acte démo", "08/02/2019")
    assert [qui.nom for qui in episode.executants] == ["DEMO-ACTEUR"]
    assert episode.lieux == ("Cabinet DÉMO",)
    assert remarques == ()


@pytest.mark.regle("R-HIS-01")
def test_les_neuf_categories_de_l_histoire_des_soins():
    fourniture = element(
        "supply",
        element("quantity", value="1"),
        intervenant("performer", "assignedEntity", "", quand="20190526", lieu="Pharmacie DÉMO"),
        moodCode="EVN",
    )
    medicament = element(
        "substanceAdministration",
        produit(element("name", "Médicament démo")),
        lien(fourniture, "REFR"),
        moodCode="EVN",
    )
    vaccin = produit(element("name", "Vaccin démo"))
    delivre = element(
        "substanceAdministration",
        code("IMMUNIZ", ACT_CODE),
        vaccin,
        lien(fourniture, "REFR"),
        moodCode="EVN",
    )
    injecte = element(
        "substanceAdministration",
        code("BOOSTER", ACT_CODE),
        element("effectiveTime", value="20190527"),
        vaccin,
        moodCode="EVN",
    )
    dispositif = element(
        "supply",
        intervenant("performer", "assignedEntity", "", quand="20190528", lieu="Pharmacie DÉMO"),
        element(
            "participant",
            element("participantRole", element("playingDevice", code("1", "1.2.3", "Canne"))),
            typeCode="DEV",
        ),
        moodCode="EVN",
    )
    sejour = element(
        "encounter",
        element(
            "code",
            element("qualifier", code("1940", CNAM_SEJOUR, "Séjour démo", nom="value")),
            code="IMP",
            codeSystem=ACT_CODE,
            displayName="Hospitalisation",
        ),
        element(
            "effectiveTime", element("low", value="20190515"), element("high", value="20190530")
        ),
        moodCode="EVN",
    )
    maladie = element(
        "act",
        element("code", nullFlavor="NA"),
        lien(
            observation(
                code("G-1009", "1.2.250.1.213.2.12", "Diagnostic"),
                element("effectiveTime", element("low", value="2018")),
                element(
                    "value", xsi_type="CD", code="N10", codeSystem=CIM_10, displayName="Maladie"
                ),
            )
        ),
    )
    episodes, _ = lire_soins(
        source(
            _actes("26436-6"),
            section("10160-0", medicament),
            _actes("67803-7"),
            section("46240-8", sejour),
            _actes("18726-0"),
            section("46264-8", dispositif),
            section("11369-6", delivre, injecte),
            section("11450-4", maladie),
        )
    )
    lus = {(e.categorie, e.libelle, en_clair(e.periode)) for e in episodes}
    assert lus == {
        (C.BIOLOGIE, "Acte démo", "08/02/2019"),
        (C.MEDICAMENTS, "Médicament démo", "26/05/2019"),
        (C.SOINS, "Acte démo", "08/02/2019"),
        (C.HOSPITALISATIONS, "Séjour démo", "du 15/05/2019 au 30/05/2019"),
        (C.RADIOLOGIE, "Acte démo", "08/02/2019"),
        (C.DISPOSITIFS, "Canne", "28/05/2019"),
        (C.VACCINS, "Vaccin démo", "26/05/2019"),
        (C.VACCINATIONS, "Vaccin démo", "27/05/2019"),
        (C.MALADIES, "Maladie", "depuis 2018"),
    }
    assert {e.categorie for e in episodes} == set(CategorieSoin)
    (stay,) = [e for e in episodes if e.categorie is C.HOSPITALISATIONS]
    assert stay.nature is not None
    assert stay.nature.nom == "Hospitalisation"
    assert [c.code for c in stay.codes] == ["IMP", "1940"]


def test_deux_delivrances_d_un_medicament_sont_deux_episodes():
    def fourniture(jour: str) -> str:
        dedans = intervenant("performer", "assignedEntity", "", quand=jour, lieu="Pharmacie DÉMO")
        return lien(element("supply", dedans, moodCode="EVN"), "REFR")

    medicament = element(
        "substanceAdministration",
        produit(element("name", "Démo")),
        fourniture("20190526"),
        fourniture("20190626"),
        moodCode="EVN",
    )
    episodes, _ = lire_soins(source(section("10160-0", medicament)))
    assert [en_clair(e.periode) for e in episodes] == ["26/05/2019", "26/06/2019"]


def test_un_episode_sans_date_et_un_acte_sans_nom_sont_dits():
    sans_date = element("procedure", code("G", "1.2.3", "Consultation"), moodCode="EVN")
    sans_nom = element("procedure", element("code", nullFlavor="UNK"), moodCode="EVN")
    sans_code = element("procedure", texte("#a"), moodCode="EVN")
    ecrite = section(
        "29554-3",
        sans_date,
        sans_nom,
        sans_code,
        titre="Soins",
        narratif="<content ID='a'>Autre</content>",
    )
    episodes, remarques = lire_soins(source(ecrite))
    assert [e.libelle or e.texte for e in episodes] == ["Consultation", "Autre"]
    assert remarques == (
        "« Soins », 2e donnée : un acte n'est pas nommé : il n'est pas retenu.",
        "« Soins », 3e donnée : un acte n'a pas de code.",
        "« Soins », « Consultation » : la date n'est pas dite.",
        "« Soins », « Autre » : la date n'est pas dite.",
    )


# The public corpus


def _qui(episode: EpisodeSoin) -> tuple[str | None, tuple[str, ...]]:
    noms = [qui.nom for qui in episode.executants if qui.nom]
    return (noms[0] if noms else None, episode.lieux)


@pytest.mark.regle("R-HIS-01")
def test_cnam_hr():
    """CNAM-HR_2021.01.xml, its seven sections.

    Where the entry and the table differ, the entry is kept: « HARMACIE » in two entries, family and
    given names swapped in the acts, a pacemaker for the compresses of the table, quantities 1 and 1
    where it says 4 and 2, the third prescriber.
    """
    lue = du_corpus("CNAM-HR_2021.01.xml")
    episodes, remarques = lire_soins(lue)
    assert [(e.categorie, e.section.nom, en_clair(e.periode), e.libelle) for e in episodes] == [
        (C.MEDICAMENTS, "Médicaments", "26/05/2019", "LUDEAL CPR3/21"),
        (C.MEDICAMENTS, "Médicaments", "11/03/2019", "CRESTOR 5MG CPR9/10"),
        (C.MEDICAMENTS, "Médicaments", "08/03/2019", "PRODUIT HOMEOPATHIQUE"),
        (C.VACCINS, "Vaccins", "11/07/2019", "VACCIN TETANIQUE PASTEUR SUSP INJ1/.5"),
        (C.VACCINS, "Vaccins", "08/07/2019", "HBVAXPRO 10 MICROG/ML SUSP INJ SER1/1"),
        (C.VACCINS, "Vaccins", "26/06/2019", "VACCIN TETANIQUE PASTEUR SUSP INJ1/.5"),
        (
            C.DISPOSITIFS,
            "Dispositifs médicaux",
            "11/07/2019",
            "Stimulateur cardiaque de re-synchro ventriculaire, BIOTRONIK, EDORA 8 HF-T.",
        ),
        (
            C.DISPOSITIFS,
            "Dispositifs médicaux",
            "28/05/2019",
            "COMPRESSES ACIDE HYALURONIQUE&SULFADIAZINE ARGENTIQUE,GENEVRIER,IALUSET+,LES 10",
        ),
        (
            C.HOSPITALISATIONS,
            "Hospitalisations",
            "du 15/05/2019 au 30/05/2019",
            "Interventions majeures sur l'intestin grêle et le côlon, niveau 2",
        ),
        (
            C.HOSPITALISATIONS,
            "Hospitalisations",
            "depuis le 12/04/2019",
            "Mise en place de certains accès vasculaires de la CMD 05, séjours de moins de 2 jours",
        ),
        (C.SOINS, "Soins médicaux et dentaires", "11/07/2019", "CONSULTATION MEDECINE GENERALE"),
        (C.SOINS, "Soins médicaux et dentaires", "08/07/2019", "CONSULTATION MEDECINE GENERALE"),
        (C.SOINS, "Soins médicaux et dentaires", "26/06/2019", "CONSULTATION MEDECINE GENERALE"),
        (
            C.SOINS,
            "Soins médicaux et dentaires",
            "25/05/2019",
            "FORFAIT TECHNIQUE REDUIT IRMN -SCANNERS",
        ),
        (C.SOINS, "Soins médicaux et dentaires", "11/03/2019", "CONSULTATION MEDECINE GENERALE"),
        (C.SOINS, "Soins médicaux et dentaires", "08/03/2019", "CONSULTATION MEDECINE GENERALE"),
        (
            C.SOINS,
            "Soins médicaux et dentaires",
            "08/02/2019",
            "Restaur 1 prémol / molaire 1 face par matér plastiq sans ancr",
        ),
        (C.SOINS, "Soins médicaux et dentaires", "21/01/2019", "exam. fct motricité oculaire"),
        (
            C.RADIOLOGIE,
            "Radiologie",
            "15/05/2019",
            "suppl. imagerie pr radio interv. au bloc op.",
        ),
        (C.RADIOLOGIE, "Radiologie", "30/04/2019", "remno sein +inject IV"),
        (
            C.RADIOLOGIE,
            "Radiologie",
            "30/04/2019",
            "sup pour archivage numérique 1 mammo ou 1 exam scan ou remno",
        ),
        (C.BIOLOGIE, "Biologie", "11/06/2019", "T.S.H. (SANG)"),
        (C.BIOLOGIE, "Biologie", "11/06/2019", "FORFAIT DE SECURITE POUR ECHANTILLON SANGUIN"),
        (C.BIOLOGIE, "Biologie", "15/05/2019", "SANG : GLUCOSE (GLYCEMIE)"),
        (C.BIOLOGIE, "Biologie", "15/05/2019", "T.S.H. (SANG)"),
    ]
    assert [_qui(e) for e in episodes] == [
        (None, ("CLINIQUE SAINTE GENEVIEVE",)),
        (None, ("HARMACIE COMPAIN",)),
        (None, ("HARMACIE COMPAIN",)),
        *[(None, ("PHARMACIE COMPAIN",))] * 4,
        *[(None, ("CLINIQUE SAINTE GENEVIEVE",))] * 3,
        *[("Laure", ("CENTRE DE SANTE SAINT MARTIN (CSM)",))] * 3,
        (None, ("CLINIQUE SAINTE GENEVIEVE",)),
        *[("Laure", ("CENTRE DE SANTE SAINT MARTIN (CSM)",))] * 2,
        ("Henri", ("CDS DU CHATEAU CDC",)),
        ("Jean", ("CABINET DU DR Jean DURAND",)),
        ("DURIEUX", ("CLINIQUE SAINTE GENEVIEVE",)),
        *[("LORIOT", ("CENTRE SCANNER REPUBLIQUE",))] * 2,
        *[(None, ("LBM PARC MONCEAU SITE MAGENTA",))] * 2,
        *[(None, ("LABORATOIRE", "CLINIQUE SAINTE GENEVIEVE"))] * 2,
    ]
    assert [[q.nom for q in e.prescripteurs] for e in episodes[:8]] == [
        ["DUPONT"],
        *[["MARIGNY"]] * 6,
        [None],
    ]
    assert [en_clair(e.quantite) for e in episodes[:8]] == ["1", "1", "4", "", "", "", "1", "1"]
    # The acts' codes, and what the table calls the two devices.
    assert [e.codes[0].code for e in episodes[10:]] == [
        *["G", "G", "G", "FTR", "G", "G", "HBMD053", "BJQP002"],
        *["YYYY300", "QEQJ001", "YYYY600"],
        *["1208", "9105", "552", "1208"],
    ]
    assert [e.texte for e in episodes[6:8]] == [
        "COMPRESSES ACIDE HYALURONIQUE&SULFADIAZINE ARGENTIQUE,GENEVRIER,IALUSET+,LES 10",
        "PANSEMENTS HYDROCELLULAIRES, > OU = 50 CM2 ET < 63 CM2, BOÎTE DE 10.",
    ]
    assert [e.nature and e.nature.nom for e in episodes[8:10]] == ["Hospitalisation"] * 2
    assert remarques == (
        *(
            f"« Médicaments », {rang} donnée : le passage « #deconditionne » auquel elle renvoie "
            "n'existe pas."
            for rang in ("1re", "2e", "3e")
        ),
        *(
            f"« Vaccins », {rang} donnée : le vaccin a été délivré ; rien ne dit s'il a été "
            "injecté."
            for rang in ("1re", "2e", "3e")
        ),
    )
    assert dire_le_reste(lue) == (
        "« Usage et Responsabilités » : rien n'y est structuré, le texte est à lire.",
    )


def test_cnam_hr_codes_des_medicaments_et_des_vaccins():
    """CNAM-HR_2021.01.xml, « Médicaments » and « Vaccins »: products, groups, substances."""
    episodes, _ = lire_soins(du_corpus("CNAM-HR_2021.01.xml"))

    def de(episode: EpisodeSoin, *systemes: str) -> list[str | None]:
        return [c.code for c in episode.codes if c.systeme in systemes]

    ludeal, crestor, homeopathie, tetanos, hepatite = episodes[:5]
    assert de(ludeal, CNAM_CIP) == ["3400935673220"]
    assert de(ludeal, CNAM_ATC) == ["G03"]
    assert de(ludeal, CNAM_COMPOSANT) == ["1636", "1949"]
    assert [c.libelle for c in ludeal.codes if c.systeme == CNAM_COMPOSANT] == [
        "ETHINYLESTRADIOL",
        "LEVONORGESTREL",
    ]
    assert (de(crestor, *SYSTEMES_CIP), de(crestor, *SYSTEMES_ATC)) == (["3400939169002"], ["C10"])
    assert de(homeopathie, *SYSTEMES_CIP) == []
    assert [c.code for c in homeopathie.codes] == ["9064295", "W99", "6209"]
    assert (de(tetanos, *SYSTEMES_CIP), de(tetanos, *SYSTEMES_ATC)) == (
        ["3400932857241"],
        ["J07AM01"],
    )
    assert (de(hepatite, *SYSTEMES_CIP), de(hepatite, *SYSTEMES_ATC)) == (
        ["3400936924642"],
        ["J07BC01"],
    )


@pytest.mark.regle("R-VAC-07")
def test_cnam_hr_un_vaccin_rembourse_n_est_pas_une_vaccination():
    """CNAM-HR_2021.01.xml, « Vaccins »: bought, not injected."""
    vaccinations, _ = lire_vaccinations(du_corpus("CNAM-HR_2021.01.xml"))
    assert [lue.etat for lue in vaccinations] == [EtatVaccination.DELIVREE] * 3
    assert [en_clair(lue.delivrance.date) for lue in vaccinations if lue.delivrance] == [
        "11/07/2019",
        "08/07/2019",
        "26/06/2019",
    ]


@pytest.mark.regle("R-HIS-01")
def test_cnam_hr_sans_information_ne_donne_rien_et_le_dit():
    """CNAM-HR_2021.01_sans-info.xml: every section says « Aucun »."""
    episodes, remarques = lire_soins(du_corpus("CNAM-HR_2021.01_sans-info.xml"))
    assert episodes == ()
    assert remarques == (
        "« Médicaments », 1re donnée : le document dit qu'il n'y a pas de médicament.",
        "« Vaccins », 1re donnée : le document dit qu'il n'y a pas de vaccination.",
        "« Dispositifs médicaux », 1re donnée : le document dit qu'il n'y a pas de dispositif "
        "médical.",
        "« Hospitalisations », 1re donnée : le document dit qu'il n'y a rien à rapporter.",
        "« Soins médicaux et dentaires », 1re donnée : le document dit qu'il n'y a rien à "
        "rapporter.",
        "« Radiologie », 1re donnée : le document dit qu'il n'y a rien à rapporter.",
        "« Biologie », 1re donnée : le document dit qu'il n'y a rien à rapporter.",
    )
