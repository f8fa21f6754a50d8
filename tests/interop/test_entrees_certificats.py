"""Certificates of the child: our own entries, then CS8, CS9 and CS24 of the public corpus."""

from __future__ import annotations

from decimal import Decimal

import pytest

from interop.cda.entrees import (
    Constat,
    EtatVaccination,
    Mesure,
    NatureMesure,
    Probleme,
    Quantite,
    TypeInjection,
    Vaccination,
    dire_le_reste,
    en_clair,
    en_unite,
    lire_certificat,
    lire_constats,
    lire_mesures,
)
from tests.interop.entrees_exemples import (
    LOINC,
    code,
    du_corpus,
    element,
    observation,
    section,
    source,
    texte,
    valeur,
)

SIGNES_VITAUX = "8716-3"
MERE = element(
    "subject",
    element("relatedSubject", code("MTH", "2.16.840.1.113883.5.111", "Mère")),
    typeCode="SBJ",
)


def _mesure(loinc: str, nombre: str, unite: str | None, *dedans: str) -> str:
    return observation(
        code(loinc, LOINC, f"Mesure {loinc}"),
        *dedans,
        valeur("PQ", value=nombre, unit=unite),
    )


def _batterie(*mesures: str, date: str = "20210503") -> str:
    return element(
        "organizer",
        code("85353-1", LOINC, "Signes vitaux"),
        element("effectiveTime", value=date) if date else "",
        *(element("component", mesure) for mesure in mesures),
    )


def _lire(*entrees: str) -> tuple[tuple[Mesure, ...], tuple[str, ...]]:
    return lire_mesures(source(section(SIGNES_VITAUX, *entrees, titre="Signes vitaux")))


def _resume(mesures: tuple[Mesure, ...]) -> list[tuple[str, str, str]]:
    return [(m.nature.value, en_clair(m.valeur), en_clair(m.periode)) for m in mesures]


# Measures


@pytest.mark.regle("R-MES-08")
def test_le_poids_la_taille_et_le_perimetre_cranien_sont_reconnus():
    propre = element("effectiveTime", value="20210504")
    mesures, remarques = _lire(
        _batterie(
            _mesure("29463-7", "3900", "g"),
            _mesure("8302-2", "52", "cm", propre),
            _mesure("8287-5", "35", "cm", element("effectiveTime", nullFlavor="NA")),
            _mesure("9272-6", "10", "{score}"),
        )
    )
    assert _resume(mesures) == [
        ("poids", "3900 g", "03/05/2021"),
        ("taille", "52 cm", "04/05/2021"),
        ("perimetre_cranien", "35 cm", "03/05/2021"),
        ("autre", "10 {score}", "03/05/2021"),
    ]
    assert [m.est_date_du_groupe for m in mesures] == [True, False, True, True]
    assert {m.section.nom for m in mesures} == {"Signes vitaux"}
    assert remarques == ()


@pytest.mark.regle("R-MES-08")
@pytest.mark.parametrize(
    ("nombre", "unite", "vers", "attendu"),
    [
        ("3900", "g", "kg", Decimal("3.9")),
        ("3.9", "kg", "kg", Decimal("3.9")),
        ("1.72", "m", "cm", Decimal(172)),
        ("520", "mm", "cm", Decimal(52)),
        ("37.5", "Cel", "Cel", Decimal("37.5")),
        ("3900", "g", "cm", None),
        ("8", "[lb_av]", "kg", None),
        ("8", None, "kg", None),
    ],
)
def test_une_unite_n_est_convertie_que_par_un_facteur_exact(nombre, unite, vers, attendu):
    lue = Quantite(nombre, Decimal(nombre), unite)
    assert en_unite(lue, vers) == attendu
    assert en_unite(Quantite("neuf", None, vers), vers) is None


@pytest.mark.regle("R-MES-08")
def test_une_unite_qui_ne_va_pas_a_la_mesure_est_gardee_et_dite():
    mesures, remarques = _lire(
        _batterie(_mesure("29463-7", "52", "cm"), _mesure("8302-2", "52", None))
    )
    assert [en_clair(m.valeur) for m in mesures] == ["52 cm", "52"]
    assert remarques == (
        "« Signes vitaux », 1re donnée : « Mesure 29463-7 » : l'unité « cm » n'est pas celle "
        "d'une telle mesure.",
        "« Signes vitaux », 1re donnée : « Mesure 8302-2 » : sans unité, ce n'est pas celle d'une "
        "telle mesure.",
    )


def test_une_mesure_incomplete_le_dit():
    sans_valeur = observation(code("29463-7", LOINC, "Poids"))
    mesures, remarques = _lire(_batterie(sans_valeur, date=""), _batterie())
    assert [m.nature for m in mesures] == [NatureMesure.POIDS]
    assert remarques == (
        "« Signes vitaux », 1re donnée : « Poids » : la valeur manque.",
        "« Signes vitaux », 1re donnée : « Poids » : la date n'est pas dite.",
        "« Signes vitaux », 2e donnée : elle ne contient aucune mesure.",
    )


def test_une_tension_dans_un_groupe_et_une_mesure_isolee_sont_lues():
    tension = element(
        "organizer",
        element("component", _mesure("8480-6", "155", "mm[Hg]")),
        element("component", _mesure("8462-4", "85", "mm[Hg]")),
    )
    seule = _mesure("8867-4", "80", "/min", element("effectiveTime", value="2021"))
    mesures, remarques = _lire(
        element(
            "organizer",
            code("85353-1", LOINC),
            element("effectiveTime", value="20210503"),
            element("component", tension),
        ),
        seule,
    )
    assert _resume(mesures) == [
        ("systolique", "155 mm[Hg]", "03/05/2021"),
        ("diastolique", "85 mm[Hg]", "03/05/2021"),
        ("frequence_cardiaque", "80 /min", "2021"),
    ]
    assert remarques == ()


def test_un_code_d_un_autre_systeme_n_est_pas_un_poids():
    etranger = observation(
        code("29463-7", "1.2.3", "Autre chose"),
        element("effectiveTime", value="2021"),
        valeur("PQ", value="1", unit="kg"),
    )
    mesures, _ = _lire(etranger)
    assert [m.nature for m in mesures] == [NatureMesure.AUTRE]


@pytest.mark.regle("R-MES-08", "R-PRO-14")
def test_le_poids_de_la_mere_n_est_jamais_celui_de_l_enfant():
    de_la_mere = _mesure("29463-7", "58", "kg", element("effectiveTime", value="2021"))
    certificat, remarques = lire_certificat(
        source(section("10162-6", de_la_mere, titre="Grossesses", plus=MERE))
    )
    assert certificat.mesures == ()
    assert [(c.intitule, c.sujet and c.sujet.nom) for c in certificat.constats] == [
        ("Mesure 29463-7", "Mère")
    ]
    assert remarques == (
        "Le document ne donne pas le poids de l'enfant.",
        "Le document ne donne pas la taille de l'enfant.",
        "Le document ne donne pas le périmètre crânien de l'enfant.",
        "Le document ne mentionne aucune vaccination.",
    )


@pytest.mark.regle("R-PRO-14")
def test_un_constat_d_examen_est_une_paire_de_codes():
    constat = observation(
        code("G-1009", "1.2.250.1.213.2.12", "Diagnostic"),
        texte("#hanche"),
        valeur("CD", code="D4-14700", codeSystem="1.2.250.1.213.2.12", displayName="Luxation"),
        negationInd="true",
    )
    certificat, _ = lire_certificat(
        source(
            section(
                "11410-8",
                constat,
                titre="Système musculo-squelettique",
                narratif="<content ID='hanche'>Non</content>",
            )
        )
    )
    (lu,) = certificat.constats
    assert lu.code is not None
    assert (lu.code.code, en_clair(lu.valeur), lu.nie, lu.texte) == (
        "G-1009",
        "Luxation",
        True,
        "Non",
    )


@pytest.mark.regle("R-PRO-14")
@pytest.mark.parametrize(
    ("cellules", "ecart"),
    [
        ("<td ID='c'>Contention</td><td>non</td>", True),
        ("<td ID='c'>Contention</td><td>oui</td>", False),
        ("<td ID='c'>Contention</td><td>oui</td><td>non</td>", False),
        ("<td ID='c'>Contention</td><td>(texte libre)</td>", False),
    ],
)
def test_le_oui_ou_le_non_de_la_ligne_du_tableau_est_compare(cellules, ecart):
    constat = observation(
        code("PA-10130", "1.2.3", "Contention"), texte("#c"), valeur("BL", value="true")
    )
    narratif = f"<table><tbody><tr>{cellules}</tr></tbody></table>"
    (lu,), remarques = lire_constats(
        source(section("42545-4", constat, titre="Observations", narratif=narratif))
    )
    assert (lu.valeur, lu.texte) == (True, "Contention")
    assert len(remarques) == ecart


# The public corpus


def _par_section(constats: tuple[Constat, ...]) -> dict[str, list[str]]:
    """Section → « what: value », « ¬ » before what is negated, the person when not the child."""
    lus: dict[str, list[str]] = {}
    for lu in constats:
        signe = "¬" if lu.nie else ""
        qui = f" [{lu.sujet.nom}]" if lu.sujet else ""
        phrase = f"{signe}{lu.intitule} : {en_clair(lu.valeur)}{qui}"
        lus.setdefault(lu.section.nom, []).append(phrase)
    return lus


def _absents(*noms: str) -> list[str]:
    return [f"¬Diagnostic : {nom}" for nom in noms]


def _problemes(problemes: tuple[Probleme, ...]) -> list[tuple[str, bool, str | None]]:
    return [(en_clair(lu.code), lu.nie, lu.texte) for lu in problemes]


def _doses(vaccinations: tuple[Vaccination, ...]) -> list[tuple[str | None, int | None, str]]:
    """(code, rank, type) of the injections said to be done, all without date nor batch."""
    for lue in vaccinations:
        assert lue.vaccin is not None
        assert (lue.vaccin.lot, lue.executants) == (None, ())
    return [
        (next(c.code for c in lue.vaccin.code.tous()), lue.rang, lue.type.value)
        for lue in vaccinations
        if lue.vaccin and lue.vaccin.code and lue.type and lue.etat is EtatVaccination.FAITE
    ]


@pytest.mark.regle("R-PRO-14", "R-MES-08")
def test_cse_cs8_mesures_et_vaccinations():
    """CSE-CS8_2021.01.xml, « Signes vitaux » and « Vaccinations »."""
    certificat, remarques = lire_certificat(du_corpus("CSE-CS8_2021.01.xml"))
    assert [
        (*m, s)
        for m, s in zip(
            _resume(certificat.mesures),
            (m.section.chemin[-1] for m in certificat.mesures),
            strict=True,
        )
    ] == [
        ("poids", "3900 g", "03/05/2021", "Etat de l'enfant à la naissance"),
        ("taille", "52 cm", "03/05/2021", "Etat de l'enfant à la naissance"),
        ("perimetre_cranien", "35 cm", "03/05/2021", "Etat de l'enfant à la naissance"),
        ("autre", "10 {score}", "03/05/2021", "Etat de l'enfant à la naissance"),
        ("autre", "10 {score}", "03/05/2021", "Etat de l'enfant à la naissance"),
    ]
    assert [en_clair(m.code) for m in certificat.mesures[3:]] == ["APGAR à 1mn", "APGAR à 5mn"]
    assert {m.est_date_du_groupe for m in certificat.mesures} == {True}
    bcg, hepatite = certificat.vaccinations
    assert (bcg.etat, bcg.rang, bcg.type) == (EtatVaccination.FAITE, 1, TypeInjection.PRIMO)
    assert (hepatite.etat, hepatite.rang) == (EtatVaccination.NON_FAITE, 1)
    assert [lue.vaccin and lue.vaccin.libelle for lue in (bcg, hepatite)] == [
        "VACCIN BCG SSI, poudre et solvant pour suspension injectable",
        "Vaccination Hépatite B",
    ]
    # What the file lacks, and where its entries contradict its tables.
    assert [r for r in remarques if "le texte dit" in r or "il manque" in r] == [
        "« Vaccinations », 1re donnée : il manque la date, le numéro de lot, le vaccinateur.",
        "« Vaccinations », 2e donnée : il manque la date.",
        "« Habitus, mode de vie », 2e donnée : « Nombre d'enfants vivant au foyer » : le texte dit "
        "« 0 », la donnée structurée « 2 ».",
        "« Habitus, mode de vie », 8e donnée : « Consommation d'alcool (verres par semaine) durant "
        "la grossesse » : le texte dit « 1 », la donnée structurée « 2 ».",
        "« Examens et surveillance prénataux », 1re donnée : « Echographie morphologique » : le "
        "texte dit « Oui », la donnée structurée « non ».",
        "« Pathologies de la première semaine », 1re donnée : « Détresse respiratoire » : le texte "
        "dit « Non », la donnée structurée « oui ».",
    ]


@pytest.mark.regle("R-PRO-14")
def test_cse_cs8_constats_et_problemes():
    """CSE-CS8_2021.01.xml, from « Habitus, mode de vie » to « Plan de soins »."""
    lue = du_corpus("CSE-CS8_2021.01.xml")
    certificat, _ = lire_certificat(lue)
    assert _par_section(certificat.constats) == {
        "Habitus, mode de vie": [
            "Allaitement au sein : oui",
            "Nombre d'enfants vivant au foyer : 2 [Mère]",
            "Niveau d'étude de la mère : Bac +3 et + [Mère]",
            "Profession : Employé [Mère]",
            "Profession : Employé [Père]",
            "Activité professionnelle : Activité salariée [Mère]",
            "Activité professionnelle : Activité salariée [Père]",
            "Consommation d'alcool (verres par semaine) durant la grossesse : 2 [Mère]",
            "Consommation tabagique : 0 [Mère]",
        ],
        "Historique des grossesses": [
            "Gestité : 1 [Mère]",
            "Parité : 1 [Mère]",
            "Nombre d'enfants nés avant 37 semaines : 0 [Mère]",
            "Nb d'enfants pesant moins de 2500g : 0 [Mère]",
            "Nb d'enfants morts-nés : 0 [Mère]",
            "Nombre d'enfants décédés avant 28 jours après la naissance : 0 [Mère]",
            "Antécédents de césarienne : non [Mère]",
            "Date de première consultation (déclaration de grossesse) : 1er trimestre [Mère]",
            "¬Pathologie en cours de grossesse : non [Mère]",
            "¬Prééclampsie : non [Mère]",
            "¬HTA traitée : non [Mère]",
            "¬Diabète gestationnel : non [Mère]",
            "¬Autre complication de la grossesse : non [Mère]",
            "¬Durée d'hospitalisation : 3 d [Mère]",
            "¬HTA (hypertension dans un contexte obstétrical) : non [Mère]",
            "¬RCIU : non [Mère]",
            "¬MAP : non [Mère]",
            "¬Autres motifs d'hospitalisation : non [Mère]",
            "Poids : 58 kg [Mère]",
            "Taille : 172 cm [Mère]",
        ],
        "Examens et surveillance prénataux": [
            "Dépistage biologique de la trisomie 21 : oui",
            "Nombre total d'échographies : 4",
            "Echographie morphologique : non",
            "Entretien prénatal précoce : non",
            "Recherche Ag Hbs : HBsAg EIA negative [Mère]",
        ],
        "Evènements observés": [
            "Nombre de foetus : 1 [Mère]",
            "Obstetric estimate of gestation : 38 wk [Mère]",
            "¬Présentation : Sommet [Mère]",
            "¬Rupture membranaire plus de 12 h avant l'accouchement : non [Mère]",
            "Début du travail : Césarienne [Mère]",
            "¬Analgésie au cours du travail : générale [Mère]",
            "Méthode d'accouchement : Césarienne programmée [Mère]",
            "¬Cause de la césarienne : Cause Fœtale [Mère]",
        ],
        "Etat général": [
            "Diagnostic : Anomalie congénitale",
            "Diagnostic : Sydrome polymalformatif",
            "¬Diagnostic : Trisomie 21",
            "Diagnostic : Autre (préciser)",
        ],
        "Stomatologie": _absents("Fente (labio-) palatine"),
        "Système nerveux": _absents("Anomalies du tube neural", "Hydrocéphalie"),
        "Système digestif": _absents("Atrésie de l'oesophage", "Gastroschisis/Omphalocèle"),
        "Système musculosquelettique": _absents(
            "Réduction d'un membre ou absence d'éléments osseux"
        ),
        "Système uro-genital": _absents("Malformation rénale"),
        "Système cardiovasculaire": _absents("Malformation cardiaque"),
        "Système auditif": ["¬Conclusions : Audition à surveiller"],
        "Evénéments résultants de la première semaine": ["Décès de l'enfant : non"],
    }
    assert _problemes(certificat.problemes) == [
        ("Détresse respiratoire", False, "Non"),
        ("Antibiothérapie (de plus de 48 heures)", False, "Oui"),
        ("Pathologie neurologique", True, "Non"),
        ("Urgence chirurgicale", True, "Non"),
        ("Autres pathologies de la 1ère semaine", True, "Non"),
    ]
    assert [
        (acte.section.nom, acte.code and acte.code.nom, acte.est_prevu, acte.nie, acte.texte)
        for acte in certificat.actes
    ] == [
        ("Couverture sociale", "Couverture sociale", False, False, None),
        ("Actes et interventions", "Gestes techniques spécialisés", False, True, "Non"),
        ("Actes et interventions", "Dépistage néonatal", False, False, "Oui"),
        (
            "Evénéments résultants de la première semaine",
            "Transfert du patient",
            False,
            False,
            "Secondaire",
        ),
        ("Plan de soins", "Demande de surveillance médicale particulière", True, True, "Oui"),
        ("Plan de soins", "Ambulatoire", True, False, "Oui"),
        ("Plan de soins", "Ambulatoire", True, False, "Oui"),
    ]
    assert certificat.actes[3].lieu == "HU PARIS OUEST SITE G POMPIDOU APHP"
    assert dire_le_reste(lue) == (
        "« Conclusions de l'examen médical » : rien n'y est structuré, le texte est à lire.",
    )


DEVELOPPEMENT_CS9 = [
    "Tient assis sans appui : oui",
    "Réagit à son prénom : oui",
    "Répète une syllabe : oui",
    "Se déplace : oui",
    "Saisit un objet avec participation du pouce : oui",
    "Imite un geste simple (au revoir/bravo) : oui",
    "Motricité symétrique des 4 membres : oui",
]
# « 12 m » is twelve metres in UCUM; the table says months: kept as received.
DEVELOPPEMENT_CS24 = [
    "Comprend une consigne simple : oui",
    "Nomme au moins une image : oui",
    "Superpose des objets : oui",
    "Associe deux mots : oui",
    "Marche acquise : oui",
    "Âge de la marche acquise : 12 m",
    "Pointe du doigt : oui",
    "Joue à faire semblant : oui",
    "Sollicite un adulte/une autre personne : oui",
]
AUTRE = "Autre (préciser)"
COMMUNS_9_ET_24 = {
    "Habitus, mode de vie": [
        "Allaitement au sein : non",
        "Nombre d'enfants vivant au foyer : 2 [Mère]",
        "Type de garde de l'enfant : Accueil collectif [Mère]",
        "Profession : Cadre ou profession intellectuelle supérieure [Mère]",
        "Profession : Artisan, commerçant ou chef d'entreprise [Père]",
        "Activité professionnelle : Activité salariée [Mère]",
        "Activité professionnelle : Activité salariée [Père]",
        "Risque de saturnisme : non [Mère]",
    ],
    "Etat général": [
        "Diagnostic : Syndrome polymalformatif",
        *_absents("Trisomie 21", "Aberrations chromosomiques", AUTRE),
    ],
    "Système nerveux": _absents("Spina bifida", "Infirmité motrice cérébrale", AUTRE),
    "Système cardiovasculaire": _absents("Cardiopathie congénitale", AUTRE),
    "Système digestif": _absents("Reflux gastro-oesophagien", AUTRE),
    "Système endocrinien": _absents("Maladie endocrinienne", "Maladie métabolique"),
    "Système uro-génital": _absents("Malformation urinaire", "Malformation génitale", AUTRE),
    "Système musculo-squelettique": [
        *_absents("Luxation de la hanche"),
        "Diagnostic : Autre (préciser)",
    ],
    "Système tégumentaire": _absents("Eczéma", AUTRE),
    "Système lymphatique-hématologique-immunologique": _absents("Maladie de l'hémoglobine", AUTRE),
    "Evaluation fonctionnelle du sommeil et de l'alimentation": [
        "Troubles du sommeil : non",
        "Anorexie et/ou troubles de l'alimentation : non",
    ],
}
CROISSANCE_9_ET_24 = [
    ("poids", "3900 g", "11/02/2021"),
    ("taille", "52 cm", "11/02/2021"),
    ("perimetre_cranien", "35 cm", "11/02/2021"),
]


@pytest.mark.regle("R-PRO-14", "R-MES-08")
def test_cse_cs9():
    """CSE-CS9_2021.01.xml: « Signes vitaux », the examination, « Vaccinations », « Antécédents »."""
    certificat, remarques = lire_certificat(du_corpus("CSE-CS9_2021.01.xml"))
    assert _resume(certificat.mesures) == CROISSANCE_9_ET_24
    assert _par_section(certificat.constats) == {
        **COMMUNS_9_ET_24,
        "Système respiratoire": _absents("Mucoviscidose", AUTRE),
        # Hearing is under a second section « Système oculaire » in this file.
        "Système oculaire": _absents("Examen de l'oeil normal", "Test auditif normal"),
        "Stomatologie": _absents("Fente (labio) palatine"),
        "Développement psychomoteur": DEVELOPPEMENT_CS9,
    }
    assert _doses(certificat.vaccinations) == [
        ("MED-207", 1, "primo"),
        ("MED-207", 2, "primo"),
        ("C-B6140", 1, "primo"),
        ("C-B6140", 2, "primo"),
        ("C-B6060", 1, "primo"),
        ("C-B6060", 2, "primo"),
        ("C-B6050", 1, "primo"),
        ("C-B6050", 2, "primo"),
        ("C-B60A0", 1, "primo"),
        ("C-B60A0", 2, "primo"),
        ("C-B6010", 1, "primo"),
        ("MED-216", 1, "primo"),
    ]
    assert all(lue.periode is None for lue in certificat.vaccinations[:12])
    recommandee = certificat.vaccinations[12]
    assert (recommandee.etat, recommandee.section.nom) == (
        EtatVaccination.PREVUE,
        "Recommandations vaccinales",
    )
    assert en_clair(recommandee.periode) == "du 01/03/2021 au 31/03/2021"
    assert _problemes(certificat.problemes) == [
        ("Prématurité inf. à 33 semaines", False, "Non"),
        ("Otites à répétition", True, "Non"),
        ("Affections bronchopulmonaires à répétition", True, None),
        (
            "Affections bronchopulmonaires à répétition dont plus de trois sifflantes",
            True,
            None,
        ),
        ("Accident domestique avant le 9ème mois", False, "Oui"),
        ("Hospitalisation en période néonatale", False, None),
        ("Hospitalisations après la période néonatale", False, None),
    ]
    accident, _, hospitalisation = certificat.problemes[4:]
    assert [(c.intitule, c.texte, c.nie) for c in accident.constats] == [
        ("Brûlures", "Non", True),
        ("Intoxication", "Non", True),
        ("Chute / Traumatisme", "Non", True),
        ("Autres accidents domestiques", "Coupure", True),
    ]
    assert [(c.intitule, en_clair(c.valeur)) for c in hospitalisation.constats] == [
        ("Motif d'hospitalisation", "troubles digestifs"),
        ("Nombre d'hospitalisations", "1"),
    ]
    assert [r for r in remarques if "le texte dit" in r] == [
        "« Habitus, mode de vie », 1re donnée : « Allaitement au sein » : le texte dit « Oui », la "
        "donnée structurée « non ».",
        "« Habitus, mode de vie », 2e donnée : « Nombre d'enfants vivant au foyer » : le texte dit "
        "« 1 », la donnée structurée « 2 ».",
        "« Antécédents médicaux », 1re donnée : « Prématurité inf. à 33 semaines » : le texte dit "
        "« Non », la donnée structurée « oui ».",
    ]
    assert sum("il manque la date, le numéro de lot, le vaccinateur" in r for r in remarques) == 12


@pytest.mark.regle("R-PRO-14", "R-MES-08")
def test_cse_cs24():
    """CSE-CS24_2021.01.xml: the same sections, one allergy, boosters."""
    certificat, remarques = lire_certificat(du_corpus("CSE-CS24_2021.01.xml"))
    assert _resume(certificat.mesures) == CROISSANCE_9_ET_24
    assert _par_section(certificat.constats) == {
        **COMMUNS_9_ET_24,
        "Système respiratoire": _absents("Mucoviscidose", "Asthme", AUTRE),
        "Système oculaire": _absents("Examen de l'oeil normal"),
        "Système auditif": _absents("Test auditif normal"),
        "Stomatologie": [
            *_absents("Fente (labio) palatine"),
            "Conclusions : Nombre total de dents",
            "Conclusions : Dents cariées",
        ],
        "Développement psychomoteur": DEVELOPPEMENT_CS24,
    }
    dents = [c.texte for c in certificat.constats if c.section.nom == "Stomatologie"]
    assert dents == [None, "12", "0"]  # the numbers stand in the words only
    # The fourth line of hepatitis B bears the code of Haemophilus: the file's own.
    assert _doses(certificat.vaccinations) == [
        ("MED-207", 1, "primo"),
        ("MED-207", 2, "primo"),
        ("MED-207", 3, "rappel"),
        ("C-B6140", 1, "primo"),
        ("C-B6140", 2, "primo"),
        ("C-B6140", 3, "rappel"),
        ("C-B6060", 1, "primo"),
        ("C-B6060", 2, "primo"),
        ("C-B6060", 3, "rappel"),
        ("C-B6060", 1, "primo"),
        ("C-B6050", 2, "primo"),
        ("C-B6050", 3, "primo"),
        ("C-B60A0", 1, "primo"),
        ("C-B60A0", 2, "primo"),
        ("C-B60A0", 3, "rappel"),
        ("C-B6010", 1, "primo"),
        ("MED-216", 1, "primo"),
        ("MED-216", 2, "rappel"),
        ("C-B6150", 1, "primo"),
        ("C-B6150", 2, "primo"),
    ]
    hepatite = certificat.vaccinations[9].vaccin
    assert hepatite is not None
    assert hepatite.code is not None
    assert hepatite.code.texte == "Hep. Virale B"
    assert _problemes(certificat.problemes) == [
        ("Prématurité inf. à 33 semaines", False, "Non"),
        ("Otites à répétition", True, "Non"),
        ("Affections bronchopulmonaires à répétition", True, "Non"),
        ("Affections bronchopulmonaires sifflantes >3", True, "Non"),
        ("Accident domestique depuis le 9ème mois", False, "Oui"),
        ("Autres accidents domestiques", False, None),
        ("Hospitalisations depuis le 9ème mois", False, None),
    ]
    (allergie,) = certificat.allergies
    assert (en_clair(allergie.type), en_clair(allergie.description), allergie.agents) == (
        "Allergie alimentaire",
        "Gluten",
        (),
    )
    assert en_clair(allergie.periode) == "depuis le 03/08/2021"
    assert [r for r in remarques if "le texte dit" in r] == [
        "« Habitus, mode de vie », 1re donnée : « Allaitement au sein » : le texte dit « Oui », la "
        "donnée structurée « non ».",
        "« Habitus, mode de vie », 2e donnée : « Nombre d'enfants vivant au foyer » : le texte dit "
        "« 1 », la donnée structurée « 2 ».",
        "« Stomatologie », 2e donnée : « Conclusions, Nombre total de dents » : le texte dit "
        "« Non », la donnée structurée « oui ».",
        "« Stomatologie », 3e donnée : « Conclusions, Dents cariées » : le texte dit « Non », la "
        "donnée structurée « oui ».",
        "« Antécédents médicaux », 1re donnée : « Prématurité inf. à 33 semaines » : le texte dit "
        "« Non », la donnée structurée « oui ».",
        "« Antécédents médicaux », 1re donnée : « Brûlures » : le texte dit « Oui », la donnée "
        "structurée « non ».",
        "« Antécédents médicaux », 1re donnée : « Nombre d'hospitalisations » : le texte dit "
        "« 0 », la donnée structurée « 1 ».",
    ]
    assert sum("il manque la date, le numéro de lot, le vaccinateur" in r for r in remarques) == 20
