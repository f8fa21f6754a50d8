"""Invented people and what the tables ask of them.

Each case: birth, sex, day of the question, what was done, what is expected. An expectation begins
with the id of the rule, which is the line of `vaccinations.csv` or `examens.csv` that justifies it:
« rule [disease] number state [à vérifier] [du first day] [au last day] ».
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cas:
    nom: str
    naissance: str
    sexe: str
    jour: str
    actes: str
    attendus: tuple[str, ...]
    situations: str = ""
    grossesses: str = ""
    ecartes: tuple[str, ...] = ()
    """« disease: beginning of the reason » of the acts that don't count."""


NOURRISSONS = (
    Cas("deux mois, rien de fait", "2025-03-10", "M", "2025-05-10", "", (
        "HEXA_1 DIP 1 à faire du 2025-05-10 au 2025-06-09",
        "HEXA_1 HEPB 1 à faire du 2025-05-10 au 2025-06-09",
        "HEXA_2 COQ 2 à venir",
        "PNEU_1 PNEU 1 à faire du 2025-05-10",
        "ROTA2_1 ROTA 1 à faire",
        "MENB_1 MENB 1 à venir du 2025-06-10",
    )),
    Cas("six semaines", "2025-03-10", "F", "2025-04-20", "", (
        "HEXA_1 DIP 1 à venir du 2025-05-10",
        "EXE_M2 1 à faire du 2025-04-10 au 2025-05-09",
    )),
    Cas("hexavalent à quarante jours", "2025-03-10", "F", "2025-05-15", "HEXA 2025-04-19", (
        "HEXA_1 DIP 1 à faire du 2025-05-10",
    ), ecartes=("DIP: Dose reçue trop tôt, avant l'âge minimal (45 jours)",)),
    Cas("hexavalent à quarante-cinq jours", "2025-03-10", "F", "2025-05-15", "HEXA 2025-04-24", (
        "HEXA_1 DIP 1 fait",
        "HEXA_2 DIP 2 à venir du 2025-07-10 au 2025-08-09",
    )),
    Cas("deuxième dose après trente-neuf jours", "2025-03-10", "M", "2025-07-15",
        "HEXA 2025-05-12, HEXA 2025-06-20", (
        "HEXA_1 TET 1 fait",
        "HEXA_2 TET 2 à faire du 2025-07-10",
    ), ecartes=("TET: Dose reçue trop tôt : il faut au moins 56 jours",)),
    Cas("commencé à quatorze mois, intervalle", "2024-01-10", "F", "2025-04-20",
        "HEXA 2025-03-01", (
        "HEXA_2 DIP 2 à venir du 2025-04-26 au 2025-05-25",
    )),
    Cas("commencé à quatorze mois, dose oubliée", "2024-01-10", "F", "2025-06-01",
        "HEXA 2025-03-01", (
        "HEXA_2 DIP 2 en retard du 2025-04-26 au 2025-05-25",
        "HEXA_R DIP 3 à venir",
    )),
    Cas("deux ans, rien de fait", "2023-01-10", "M", "2025-01-20", "", (
        "HEXA_1 DIP 1 rattrapage à vérifier",
        "HEXA_1 HIB 1 rattrapage à vérifier au 2028-01-09",
        "HEXA_1 HEPB 1 rattrapage à vérifier au 2039-01-09",
        "PNEU_1 PNEU 1 non concerné",
        "PNEU_2 PNEU 2 non concerné",
        "MENB_1 MENB 1 non concerné",
    )),
    Cas("six ans, rien de fait", "2019-05-01", "F", "2025-06-01", "", (
        "HEXA_1 HIB 1 non concerné",
        "HEXA_1 HEPB 1 rattrapage à vérifier au 2035-04-30",
        "HEXA_1 POL 1 rattrapage à vérifier",
        "DTCaP_6 POL 1 à faire à vérifier du 2025-05-01 au 2026-04-30",
    )),
    Cas("trois hexavalents à l'heure", "2024-02-01", "M", "2025-03-01",
        "HEXA 2024-04-05, HEXA 2024-06-05, HEXA 2025-01-10", (
        "HEXA_1 COQ 1 fait", "HEXA_2 COQ 2 fait", "HEXA_R COQ 3 fait",
        "DTCaP_6 COQ 1 à venir du 2030-02-01 au 2031-01-31",
    )),
    Cas("pentavalent : pas d'hépatite B", "2024-02-01", "M", "2024-04-20", "PENTA 2024-04-05", (
        "HEXA_1 HIB 1 fait",
        "HEXA_1 HEPB 1 à faire du 2024-04-01 au 2024-04-30",
    )),
    Cas("prématuré, trois mois", "2025-01-15", "F", "2025-04-20", "VPC15_13 2025-03-15", (
        "PNEU_1 PNEU 1 fait",
        "PNEU_PREMA PNEU 2 à faire du 2025-04-15",
        "PNEU_2 PNEU 3 à venir",
    ), situations="PREMATURE"),
    Cas("prématuré, trois doses", "2025-01-15", "F", "2025-06-01",
        "VPC15_13 2025-03-15, VPC15_13 2025-04-15, VPC15_13 2025-05-15", (
        "PNEU_PREMA PNEU 2 fait", "PNEU_2 PNEU 3 fait",
        "PNEU_R PNEU 4 à venir du 2025-12-15 au 2027-01-14",
    ), situations="PREMATURE"),
    Cas("né à terme, trois doses", "2025-01-15", "F", "2025-06-01",
        "VPC15_13 2025-03-15, VPC15_13 2025-04-15, VPC15_13 2025-05-15", (
        "PNEU_PREMA PNEU 2 non concerné", "PNEU_2 PNEU 2 fait", "PNEU_R PNEU 3 à venir",
    ), ecartes=("PNEU: Dose reçue trop tôt : il faut au moins 56 jours",)),
    Cas("méningocoque B à trois mois", "2025-01-15", "M", "2025-05-01", "", (
        "MENB_1 MENB 1 à faire du 2025-04-15 au 2025-05-14",
        "MENACWY_1 MENACWY 1 à venir du 2025-07-15",
    )),
    Cas("méningocoques à treize mois, rien de fait", "2024-03-01", "M", "2025-04-10", "", (
        "MENB_12_1 MENB 1 rattrapage à vérifier au 2026-02-28",
        "MENB_1 MENB 1 non concerné",
        "MENACWY_12 MENACWY 1 rattrapage à vérifier au 2026-02-28",
        "MENACWY_1 MENACWY 1 non concerné",
    )),
    Cas("méningocoque B commencé à treize mois", "2024-03-01", "M", "2026-03-15",
        "MENB 2025-04-01, MENB 2025-06-02", (
        "MENB_12_1 MENB 1 fait", "MENB_12_2 MENB 2 fait",
        "MENB_12_R MENB 3 à venir du 2026-06-02",
    )),
    Cas("deux ans et neuf mois, rattrapage transitoire", "2022-06-01", "F", "2025-03-01", "", (
        "MENB_CU MENB 1 rattrapage à vérifier au 2027-05-31",
        "MENB_CU MENB 2 à venir",
        "MENACWY_CU MENACWY 1 rattrapage à vérifier au 2027-05-31",
        "MENB_1 MENB 1 non concerné",
    )),
    Cas("une dose de méningocoque B, puis deux ans", "2023-09-01", "F", "2025-10-01",
        "MENB 2023-12-05", (
        "MENB_1 MENB 1 fait",
        "MENB_CU MENB 2 rattrapage à vérifier",
    )),
    Cas("rappel de méningocoques à douze mois", "2025-01-15", "M", "2026-01-20",
        "MENACWY 2025-07-20", (
        "MENACWY_1 MENACWY 1 fait",
        "MENACWY_R MENACWY 2 à faire du 2026-01-15 au 2027-01-14",
    )),
    Cas("méningocoque C de 2020", "2020-03-01", "F", "2022-01-01",
        "MENC 2020-08-05, MENC 2021-03-10", (
        "MENC_ANC_1 MENC 1 fait", "MENC_ANC_R MENC 2 fait",
        "MENACWY_CU MENACWY 1 non concerné",
    )),
    Cas("méningocoque C attendu en 2018", "2018-06-01", "M", "2018-12-01", "", (
        "MENC_ANC_1 MENC 1 à faire du 2018-11-01 au 2019-05-31",
    )),
    Cas("méningocoque C après 2024", "2020-03-01", "M", "2025-02-01", "", (
        "MENC_ANC_1 MENC 1 non concerné",
    )),
    Cas("ROR à neuf mois", "2024-05-01", "F", "2025-05-15", "ROR 2025-02-10", (
        "ROR_1 ROU 1 à faire du 2025-05-01 au 2025-05-31",
    ), ecartes=("ROU: Dose reçue trop tôt, avant l'âge minimal (12 mois)",)),
    Cas("deuxième ROR après dix-huit mois", "2024-05-01", "F", "2025-11-15", "ROR 2025-05-05", (
        "ROR_1 RUB 1 fait", "ROR_2 RUB 2 rattrapage",
    )),
    Cas("rotavirus en trois doses", "2025-03-10", "F", "2025-06-15", "ROTA3 2025-05-12", (
        "ROTA3_1 ROTA 1 fait",
        "ROTA3_2 ROTA 2 à faire du 2025-06-10 au 2025-07-09",
        "ROTA2_1 ROTA 1 non concerné",
    )),
    Cas("rotavirus à cinq mois", "2025-03-10", "F", "2025-08-15", "", (
        "ROTA3_1 ROTA 1 non concerné à vérifier",
        "ROTA3_2 ROTA 2 non concerné",
    )),
    Cas("premier hiver, mère non vaccinée", "2025-06-20", "M", "2025-11-02", "", (
        "VRS_NN VRS 2025 à faire du 2025-09-01 au 2026-01-31",
    ), situations="MERE_NON_VACCINEE"),
    Cas("premier hiver, anticorps reçus", "2025-06-20", "M", "2025-11-02", "VRS_AC 2025-09-10", (
        "VRS_NN VRS 2025 fait",
    ), situations="MERE_NON_VACCINEE"),
    Cas("BCG à trois mois en Guyane", "2025-08-01", "F", "2025-11-02", "", (
        "BCG_1 BCG 1 à faire du 2025-09-01 au 2040-07-31",
        "FJ_GUYANE FJ 1 à venir du 2026-08-01",
    ), situations="RISQUE_TUBERCULOSE GUYANE"),
)  # fmt: skip

ENFANTS = (
    Cas("né le dernier jour d'avant les onze obligations", "2017-12-31", "M", "2018-06-15", "", (
        "ROR_1 ROU 1 non concerné", "HEXA_1 HIB 1 non concerné",
        "DTP_ANC_1 DIP 1 en retard à vérifier",
        "HEPB_CU HEPB 1 rattrapage à vérifier au 2033-12-30",
    )),
    Cas("né le premier jour des onze obligations", "2018-01-01", "M", "2018-06-15", "", (
        "ROR_1 ROU 1 à venir du 2019-01-01",
        "HEXA_1 DIP 1 en retard à vérifier", "HEPB_CU HEPB 1 non concerné",
        "DTP_ANC_1 DIP 1 non concerné",
    )),
    Cas("né en juin 2017, à treize mois", "2017-06-01", "F", "2018-07-01", "", (
        "ROR_CU ROU 1 rattrapage à vérifier", "ROR_CU ROU 2 à venir",
        "MENC_ANC_1 MENC 1 non concerné",
    )),
    Cas("rappel de six ans", "2019-02-10", "M", "2025-03-01",
        "HEXA 2019-04-12, HEXA 2019-06-12, HEXA 2020-01-15", (
        "HEXA_R DIP 3 fait", "DTCaP_6 DIP 1 à faire du 2025-02-10 au 2026-02-09",
        "MENACWY_CU MENACWY 1 non concerné",
    )),
    Cas("rappel de six ans passé", "2019-02-10", "M", "2026-06-01",
        "HEXA 2019-04-12, HEXA 2019-06-12, HEXA 2020-01-15", (
        "DTCaP_6 DIP 1 non concerné à vérifier", "dTcaP_11 DIP 1 à venir du 2030-02-10",
    )),
    Cas("onze ans", "2014-06-30", "F", "2026-01-10", "", (
        "HPV_1 HPV 1 à faire du 2025-06-30 au 2029-06-29",
        "MENACWY_ADO MENACWY 1 à faire du 2025-06-30",
        "dTcaP_11 COQ 1 à faire à vérifier du 2025-06-30 au 2028-06-29",
        "HEPB_CU HEPB 1 rattrapage à vérifier au 2030-06-29",
        "EXE_A11_13 1 à faire du 2025-06-30 au 2028-06-29",
    )),
    Cas("HPV entre les deux doses", "2012-03-15", "F", "2024-12-01", "HPV 2024-04-01", (
        "HPV_1 HPV 1 fait", "HPV_2 HPV 2 à faire du 2024-08-29 au 2025-04-28",
    )),
    Cas("HPV, deuxième dose oubliée", "2012-03-15", "F", "2025-06-01", "HPV 2024-04-01", (
        "HPV_2 HPV 2 en retard",
    )),
    Cas("HPV, deuxième dose à quatre mois", "2012-03-15", "F", "2024-12-01",
        "HPV 2024-04-01, HPV 2024-07-30", (
        "HPV_2 HPV 2 à faire",
    ), ecartes=("HPV: Dose reçue trop tôt : il faut au moins 150 jours",)),
    Cas("HPV complet chez un garçon", "2010-05-05", "M", "2026-01-10",
        "HPV 2022-06-01, HPV 2022-12-10", (
        "HPV_1 HPV 1 fait", "HPV_2 HPV 2 fait", "HPV_CU HPV 1 non concerné",
    )),
    Cas("HPV commencé à quatorze ans, continué à quinze", "2010-05-05", "F", "2026-01-10",
        "HPV 2025-02-01", (
        "HPV_1 HPV 1 fait", "HPV_CU HPV 2 rattrapage à vérifier", "HPV_CU HPV 3 à venir à vérifier",
    )),
    Cas("passé vaccinal de méningocoques", "2014-06-30", "F", "2026-01-10", "MENACWY 2015-08-01", (
        "MENACWY_ADO MENACWY 1 à faire",
    ), ecartes=("MENACWY: Dose reçue",)),
    Cas("dix-sept ans, rien de fait", "2009-01-22", "M", "2026-02-01", "", (
        "MENACWY_ADO_CU MENACWY 1 rattrapage à vérifier au 2034-01-21",
        "MENB_ADO MENB 1 à faire du 2024-01-22 au 2034-01-21",
        "HPV_CU HPV 1 rattrapage à vérifier au 2036-01-21",
        "HEPB_CU HEPB 1 non concerné",
    )),
    Cas("dix-sept ans, méningocoques à douze", "2009-01-22", "M", "2026-02-01",
        "MENACWY 2021-03-01", (
        "MENACWY_ADO MENACWY 1 fait", "MENACWY_ADO_CU MENACWY 1 non concerné",
    )),
    Cas("treize ans sans varicelle", "2012-10-01", "F", "2026-01-10", "VARICELLE 2025-12-01", (
        "VARI_ADO VARI 1 fait", "VARI_ADO VARI 2 à faire du 2025-12-31 au 2030-09-30",
    ), situations="SANS_VARICELLE"),
    Cas("dix ans à La Réunion, dengue passée", "2015-10-01", "F", "2026-01-10", "", (
        "DENGUE_OM_6 DENGUE 1 à faire", "DENGUE_OM_17 DENGUE 1 non concerné",
    ), situations="OUTRE_MER ANTECEDENT_DENGUE"),
    Cas("cinq ans, grippe possible", "2020-08-01", "M", "2025-11-02", "", (
        "GRIPPE_ENF GRIPPE 2025 à faire du 2025-10-01 au 2026-01-31",
        "COVID_65 COVID 2025 non concerné",
    )),
)  # fmt: skip

ADULTES = (
    Cas("HPV à vingt-deux ans, veille de l'arrêté", "2003-09-09", "F", "2025-12-08", "", (
        "HPV_CU HPV 1 non concerné",
    )),
    Cas("HPV à vingt-deux ans, jour de l'arrêté", "2003-09-09", "F", "2025-12-09", "", (
        "HPV_CU HPV 1 rattrapage à vérifier au 2030-09-08", "HPV_CU HPV 2 à venir",
        "HPV_CU HPV 3 à venir",
    )),
    Cas("HPV à dix-huit ans avant l'arrêté", "2007-09-09", "M", "2025-11-01", "", (
        "HPV_CU_19 HPV 1 rattrapage à vérifier au 2027-09-08", "HPV_CU HPV 1 non concerné",
    )),
    Cas("HPV à vingt-sept ans", "1998-12-01", "F", "2026-01-10", "", (
        "HPV_CU HPV 1 non concerné",
    )),
    Cas("rappel de vingt-cinq ans", "2000-10-10", "F", "2026-02-01", "", (
        "dTcaP_25 COQ 1 à faire à vérifier du 2025-10-10 au 2026-10-09",
        "DEP_COL_CYTO_1 1 à faire du 2025-10-10 au 2026-10-09",
        "MBP_18_25 1 à faire du 2018-10-10 au 2026-10-09",
        "DENT_ANNUEL 1 à faire à vérifier du 2025-10-10",
    )),
    Cas("vingt-sept ans, rappel oublié", "1998-10-10", "M", "2026-02-01", "", (
        "dTcaP_25 DIP 1 en retard à vérifier", "dTcaP_25 COQ 1 en retard à vérifier",
    )),
    Cas("quarante et un ans, coqueluche", "1985-01-01", "M", "2026-02-01", "", (
        "dTcaP_25 COQ 1 non concerné", "dTcaP_25 DIP 1 en retard à vérifier",
        "ROR_CU ROU 1 rattrapage à vérifier",
    )),
    Cas("ROR d'une année", "1985-04-12", "M", "2026-03-01", "ROR 1990", (
        "ROR_CU ORE 1 fait", "ROR_CU ORE 2 rattrapage",
    )),
    Cas("né en 1979", "1979-12-31", "F", "2026-03-01", "", ("ROR_CU ROU 1 non concerné",)),
    Cas("né en 1980", "1980-01-01", "F", "2026-03-01", "", ("ROR_CU ROU 1 rattrapage à vérifier",)),
    Cas("rappel de quarante-cinq ans fait", "1980-02-01", "F", "2026-01-01", "dTP 2025-09-01", (
        "dTP_45 DIP 1 fait", "dTcaP_25 DIP 1 non concerné", "dTP_65 DIP 1 à venir du 2045-02-01",
    )),
    Cas("hexavalent inconnu, dose dite initiale", "1980-02-01", "F", "2026-01-01",
        "dTP 2025-09-01 initiale", (
        "DTP_ANC_1 DIP 1 fait", "dTP_45 DIP 1 à venir",
    )),
    Cas("rappel fait, dose de trop", "1995-10-10", "F", "2026-01-10",
        "dTcaP 2021-03-01, dTP 2025-07-01", (
        "dTcaP_25 DIP 1 fait", "DTP_ANC_1 DIP 1 rattrapage à vérifier", "dTP_45 DIP 1 à venir",
    ), ecartes=("DIP: Le rappel de cet âge était déjà fait",)),
    Cas("soixante-neuf ans en hiver", "1956-05-05", "F", "2026-01-10", "", (
        "dTP_65 DIP 1 en retard à vérifier", "dTP_45 DIP 1 non concerné",
        "ZONA_1 ZONA 1 en retard à vérifier", "PNEU_65 PNEU 1 en retard à vérifier",
        "GRIPPE_65 GRIPPE 2025 à faire du 2025-10-01 au 2026-01-31",
        "COVID_65 COVID 2025 à faire", "VRS_75 VRS 1 à venir du 2031-05-05",
        "COVID_80 COVID 2026 non concerné",
    )),
    Cas("soixante-cinq ans en décembre", "1960-12-15", "M", "2025-11-01", "", (
        "GRIPPE_65 GRIPPE 2025 à venir du 2025-12-15 au 2026-01-31",
    )),
    Cas("COVID-19 en juin", "1955-03-01", "M", "2025-10-15", "COVID 2025-06-20", (
        "COVID_65 COVID 2025 à venir du 2025-12-17",
    )),
    Cas("quatre-vingt-sept ans", "1938-05-25", "F", "2026-01-10", "dTP 2013-06-01", (
        "dTP_75 DIP 1 fait", "dTP_75 DIP 2 en retard du 2023-05-25 au 2024-05-24",
        "dTP_75 DIP 3 à venir du 2033-05-25",
        "COVID_80 COVID 2026 à venir du 2026-03-01 au 2026-06-30",
        "VRS_75 VRS 1 en retard à vérifier",
    )),
    Cas("printemps en EHPAD à soixante-dix ans", "1955-05-25", "F", "2026-04-10",
        "COVID 2025-11-10", (
        "COVID_80_RISQUE COVID 2026 à faire du 2026-03-01 au 2026-06-30",
        "COVID_65 COVID 2025 fait",
    ), situations="EHPAD"),
    Cas("deux doses de COVID-19 trop proches", "1940-05-25", "F", "2026-04-10",
        "COVID 2026-01-20, COVID 2026-03-02", (
        "COVID_80 COVID 2026 à venir du 2026-04-20",
    ), ecartes=("COVID: Dose reçue trop tôt : il faut au moins 90 jours",)),
    Cas("zona, deuxième dose", "1959-09-01", "F", "2025-12-05", "ZONA 2025-10-01", (
        "ZONA_1 ZONA 1 fait", "ZONA_2 ZONA 2 à faire du 2025-11-30",
    )),
    Cas("zona à quarante ans, immunodéprimé", "1985-09-01", "F", "2025-12-05", "", (
        "ZONA_ID ZONA 1 à faire", "ZONA_1 ZONA 1 non concerné", "ZONA_ID ZONA 2 à venir",
    ), situations="IMMUNODEPRESSION"),
    Cas("pneumocoque à cinquante ans puis soixante-six", "1959-09-01", "M", "2025-12-05",
        "VPC20_21 2010-03-03", (
        "PNEU_RISQUE PNEU 1 fait", "PNEU_65 PNEU 1 non concerné",
    ), situations="RISQUE_PNEUMOCOQUE"),
    Cas("ancien vaccin contre le pneumocoque", "1959-09-01", "M", "2025-12-05",
        "VPC15_13 2025-01-03", (
        "PNEU_65 PNEU 1 en retard à vérifier",
    ), ecartes=("PNEU: Ce vaccin n'est pas celui",)),
    Cas("soixante-six ans, maladie cardiaque", "1959-09-01", "M", "2025-12-05", "", (
        "VRS_65 VRS 1 à faire du 2024-09-01 au 2034-08-31",
    ), situations="MALADIE_RESPIRATOIRE_CARDIAQUE"),
    Cas("professionnel de santé vacciné", "1990-09-01", "F", "2026-01-10", "GRIPPE 2025-10-20", (
        "GRIPPE_RISQUE GRIPPE 2025 fait",
        "GRIPPE_RISQUE GRIPPE 2026 à venir du 2026-10-01 au 2027-01-31",
        "COVID_GROSS COVID 2025 à faire",
    ), situations="PROFESSIONNEL_SANTE"),
    Cas("grossesse de quatre mois", "1995-10-10", "F", "2026-01-10",
        "examen GROSS_PRENAT 2025-11-20", (
        "COQ_GROSS COQ 1 à faire du 2025-12-01 au 2026-06-30",
        "GRIPPE_GROSS GRIPPE 2025 à faire", "COVID_GROSS COVID 2025 à faire",
        "VRS_GROSS VRS 1 non concerné", "GROSS_EPP 1 à faire du 2025-12-01 au 2026-05-31",
        "DENT_GROSSESSE 1 à faire du 2025-12-01", "GROSS_POSTNAT 1 non concerné",
        "GROSS_PRENAT 1 fait", "GROSS_PRENAT 2 à faire", "GROSS_PRENAT 3 à venir",
    ), grossesses="2025-09-01"),
    Cas("grossesse, VRS en saison", "1995-10-10", "F", "2025-12-10", "", (
        "VRS_GROSS VRS 1 à faire du 2025-11-27 au 2025-12-31",
    ), grossesses="2025-05-01"),
    Cas("deuxième grossesse", "1995-10-10", "F", "2026-01-10", "dTcaP 2023-05-10", (
        "COQ_GROSS COQ 1 fait", "COQ_GROSS COQ 2 à faire du 2025-12-01",
        "dTcaP_25 DIP 1 fait",
    ), grossesses="2023-01-02/2023-10-01, 2025-09-01"),
    Cas("six semaines après l'accouchement", "1995-10-10", "F", "2026-01-10", "", (
        "GROSS_EPNP 1 à faire du 2025-12-27 au 2026-01-24",
        "GROSS_POSTNAT 1 à faire du 2026-01-10 au 2026-01-24",
        "COQ_GROSS COQ 1 non concerné",
    ), grossesses="2025-03-01/2025-11-29"),
    Cas("sexe non renseigné", "1970-10-10", "", "2026-01-10", "", (
        "DEP_SEIN 1 non concerné à vérifier", "DEP_COLORECTAL 1 en retard à vérifier",
        "COQ_GROSS COQ 1 non concerné à vérifier",
    )),
)  # fmt: skip

EXAMENS = (
    Cas("trois jours", "2026-01-01", "F", "2026-01-04", "", (
        "EXE_J8 1 à faire du 2026-01-01 au 2026-01-09", "EXE_S2 1 à venir du 2026-01-09",
        "EXE_M1 1 non concerné",
    )),
    Cas("né assez tôt pour l'examen du premier mois", "2024-12-10", "M", "2024-12-28", "", (
        "EXE_M1 1 à faire du 2024-12-25 au 2024-12-31",
    )),
    Cas("né trop tard pour l'examen du premier mois", "2024-12-20", "M", "2024-12-28", "", (
        "EXE_M1 1 non concerné",
    )),
    Cas("septième année au passage de 2025", "2018-06-15", "F", "2025-02-01", "", (
        "EXE_A7 1 à faire du 2025-01-01 au 2025-06-14",
    )),
    Cas("septième année finie avant 2025", "2017-06-15", "F", "2025-02-01", "", (
        "EXE_A7 1 non concerné",
    )),
    Cas("neuvième mois manqué", "2025-01-10", "M", "2025-11-01", "", (
        "EXE_M9 1 en retard du 2025-09-10 au 2025-10-09", "EXE_M6 1 non concerné",
        "EXE_M12 1 à venir du 2025-12-10",
    )),
    Cas("certificat du vingt-quatrième mois", "2023-01-10", "M", "2025-06-01",
        "examen MED-1236 2025-01-15", ("EXE_M24 1 fait",)),
    Cas("dix-huit mois révolus", "2024-01-10", "F", "2025-07-20", "", (
        "EXE_M16_18 1 à faire du 2025-05-10 au 2025-08-09",
    )),
    Cas("M'T dents de six ans en 2024", "2018-03-01", "M", "2024-06-01", "", (
        "MTD_6 1 à faire du 2024-03-01 au 2025-02-28", "MTD_ANNUEL 1 à venir du 2025-04-01",
    )),
    Cas("M'T dents annuel après un examen de 2024", "2015-05-01", "F", "2025-08-10",
        "examen MTD_9 2024-05-10", (
        "MTD_9 1 fait", "MTD_ANNUEL 1 fait", "MTD_ANNUEL 2 à faire du 2025-05-10 au 2025-11-09",
    )),
    Cas("M'T dents annuel oublié", "2015-05-01", "F", "2026-01-10", "examen MTDENTS 2024-05-10", (
        "MTD_9 1 fait", "MTD_ANNUEL 2 en retard",
    )),
    Cas("dents à vingt-cinq ans", "2000-10-10", "M", "2026-02-01", "examen DENTAIRE 2025-11-05", (
        "DENT_ANNUEL 1 fait", "DENT_ANNUEL 2 à venir du 2026-11-05", "MTD_ANNUEL 1 non concerné",
    )),
    Cas("quarante-six ans", "1979-10-10", "M", "2026-02-01", "examen GLAUCOME 2025-03-01", (
        "GLAUCOME 1 fait", "GLAUCOME 2 à venir du 2027-03-01",
        "MBP_45_50 1 à faire du 2024-10-10 au 2030-10-09", "MBP_18_25 1 non concerné",
    )),
    Cas("mammographie de deux ans", "1970-10-10", "F", "2026-02-01", "examen MAMMOGRAPHIE 2023-12", (
        "DEP_SEIN 1 fait", "DEP_SEIN 2 à faire à vérifier du 2025-12-31 au 2026-06-29",
        "DEP_COLORECTAL 1 en retard à vérifier",
    )),
    Cas("soixante-quinze ans", "1950-10-10", "F", "2026-02-01", "", (
        "DEP_SEIN 1 non concerné", "DEP_COLORECTAL 1 non concerné", "DEP_COL_HPV 1 non concerné",
        "MBP_70_75 1 à faire",
    )),
    Cas("cytologie à vingt-cinq ans et demi", "2000-01-10", "F", "2026-02-01",
        "examen CYTOLOGIE_COL 2025-08-01", (
        "DEP_COL_CYTO_1 1 fait", "DEP_COL_CYTO_2 1 à venir du 2026-08-01 au 2027-07-31",
        "DEP_COL_CYTO_3 1 à venir du 2028-08-01",
    )),
    Cas("trente ans après une cytologie", "1995-10-10", "F", "2026-02-01",
        "examen CYTOLOGIE_COL 2024-03-01", (
        "DEP_COL_HPV 1 à venir du 2027-03-01",
    )),
    Cas("les vingt examens d'un enfant", "2025-01-10", "M", "2025-01-10", "", (
        "EXE_J8 1 à faire du 2025-01-10 au 2025-01-18",
        "EXE_S2 1 à venir du 2025-01-18 au 2025-01-24",
        "EXE_M2 1 à venir du 2025-02-10 au 2025-03-09",
        "EXE_M3 1 à venir du 2025-03-10 au 2025-04-09",
        "EXE_M4 1 à venir du 2025-04-10 au 2025-05-09",
        "EXE_M5 1 à venir du 2025-05-10 au 2025-06-09",
        "EXE_M6 1 à venir du 2025-06-10 au 2025-07-09",
        "EXE_M9 1 à venir du 2025-09-10 au 2025-10-09",
        "EXE_M12 1 à venir du 2025-12-10 au 2026-01-09",
        "EXE_M13 1 à venir du 2026-01-10 au 2026-02-09",
        "EXE_M16_18 1 à venir du 2026-05-10 au 2026-08-09",
        "EXE_M24 1 à venir du 2026-12-10 au 2027-02-09",
        "EXE_A3 1 à venir du 2027-01-10 au 2028-01-09",
        "EXE_A4 1 à venir du 2028-01-10 au 2029-01-09",
        "EXE_A5 1 à venir du 2029-01-10 au 2030-01-09",
        "EXE_A6 1 à venir du 2030-01-10 au 2031-01-09",
        "EXE_A7 1 à venir du 2031-01-10 au 2032-01-09",
        "EXE_A8_9 1 à venir du 2033-01-10 au 2035-01-09",
        "EXE_A11_13 1 à venir du 2036-01-10 au 2039-01-09",
        "EXE_A15_16 1 à venir du 2040-01-10 au 2042-01-09",
        "MTD_ANNUEL 1 à venir du 2028-01-10 au 2028-07-09",
    )),
    Cas("M'T dents de 2017, six ans", "2010-02-10", "M", "2017-01-15", "", (
        "MTD_3 1 non concerné", "MTD_6 1 à faire du 2016-02-10 au 2017-02-09",
        "MTD_9 1 à venir du 2019-02-10 au 2020-02-09",
        "MTD_12 1 à venir du 2022-02-10 au 2023-02-09",
        "MTD_15 1 à venir du 2025-02-10 au 2025-03-31", "MTD_18 1 non concerné",
    )),
    Cas("M'T dents de 2017, dix-huit ans", "1998-06-01", "F", "2017-01-15", "", (
        "MTD_18 1 à faire du 2016-06-01 au 2017-05-31",
        "MTD_21 1 à venir du 2019-06-01 au 2020-05-31",
        "MTD_24 1 à venir du 2022-06-01 au 2023-05-31",
        "MTD_ANNUEL 1 non concerné",
    )),
    Cas("M'T dents de trois ans", "2020-09-01", "F", "2024-01-10", "", (
        "MTD_3 1 à faire du 2023-09-01 au 2024-08-31",
    )),
    Cas("vingt ans, tout à venir", "2006-01-10", "F", "2026-02-01", "", (
        "MBP_18_25 1 à faire du 2024-01-10 au 2032-01-09",
        "MBP_45_50 1 à venir du 2051-01-10 au 2057-01-09",
        "MBP_60_65 1 à venir du 2066-01-10 au 2072-01-09",
        "MBP_70_75 1 à venir du 2076-01-10 au 2082-01-09",
        "DENT_ANNUEL 1 à venir du 2031-01-10 au 2031-07-09",
        "GLAUCOME 1 à venir du 2051-01-10 au 2051-07-09",
        "DEP_SEIN 1 à venir du 2056-01-10 au 2056-07-09",
        "DEP_COLORECTAL 1 à venir du 2056-01-10 au 2056-07-09",
        "DEP_COL_CYTO_1 1 à venir du 2031-01-10 au 2032-01-09",
        "DEP_COL_CYTO_2 1 à venir du 2032-01-10 au 2033-01-09",
        "DEP_COL_CYTO_3 1 à venir du 2033-01-10 au 2033-07-09",
        "DEP_COL_HPV 1 à venir du 2036-01-10 au 2037-01-09",
        "MTD_ANNUEL 1 en retard à vérifier du 2025-04-01 au 2025-09-30",
    )),
    Cas("veille des soixante-quinze ans", "1951-10-10", "F", "2026-10-09", "", (
        "DEP_SEIN 1 en retard à vérifier", "DEP_COLORECTAL 1 en retard à vérifier",
    )),
    Cas("jour des soixante-quinze ans", "1951-10-10", "F", "2026-10-10", "", (
        "DEP_SEIN 1 non concerné", "DEP_COLORECTAL 1 non concerné",
    )),
    Cas("veille des soixante-six ans", "1960-01-10", "F", "2026-01-09", "", (
        "DEP_COL_HPV 1 en retard à vérifier", "MBP_60_65 1 à faire du 2020-01-10 au 2026-01-09",
    )),
    Cas("jour des soixante-six ans", "1960-01-10", "F", "2026-01-10", "", (
        "DEP_COL_HPV 1 non concerné", "MBP_60_65 1 non concerné",
    )),
    Cas("dépistages refaits", "1970-05-05", "F", "2026-02-01",
        "examen TEST_HPV_COL 2022-03-01, examen TEST_COLORECTAL 2024-05-05", (
        "DEP_COL_HPV 2 à venir du 2027-03-01 au 2028-02-29",
        "DEP_COLORECTAL 2 à venir du 2026-05-05 au 2026-11-04",
    )),
    Cas("veille des vingt-cinq ans", "2001-02-02", "M", "2026-02-01",
        "examen MTDENTS 2025-06-01", (
        "MTD_ANNUEL 1 fait", "DENT_ANNUEL 1 à venir du 2026-02-02",
    )),
    Cas("suivi d'une grossesse", "1995-10-10", "F", "2025-11-20", "", (
        "GROSS_PRENAT 1 à faire du 2025-09-01 au 2026-05-31", "GROSS_PRENAT 7 à venir",
        "GROSS_ECHO 1 à faire du 2025-11-10 au 2026-04-05", "GROSS_ECHO 3 à venir",
        "GROSS_EPP 1 à venir du 2025-12-01 au 2026-05-31",
        "DENT_GROSSESSE 1 à venir du 2025-12-01 au 2026-11-30",
    ), grossesses="2025-09-01"),
    Cas("les deux premières cytologies", "2000-01-10", "F", "2026-09-01",
        "examen CYTOLOGIE_COL 2025-08-01, examen CYTOLOGIE_COL 2026-08-05", (
        "DEP_COL_CYTO_1 1 fait", "DEP_COL_CYTO_2 1 fait",
        "DEP_COL_CYTO_3 1 à venir du 2029-08-05",
    )),
    Cas("début de grossesse", "1995-10-10", "F", "2025-11-20", "", (
        "GROSS_EPNP 1 non concerné", "GROSS_PRENAT 1 à faire",
    ), grossesses="2025-10-10"),
    Cas("premier hiver déjà passé", "2025-01-10", "F", "2025-10-01", "", (
        "VRS_NN VRS 2025 non concerné",
    ), situations="MERE_NON_VACCINEE"),
    Cas("grossesse finie, grippe", "1995-10-10", "F", "2026-01-10", "", (
        "GRIPPE_GROSS GRIPPE 1 non concerné",
    ), grossesses="2025-03-01/2025-11-29"),
)  # fmt: skip

TOUS = (*NOURRISSONS, *ENFANTS, *ADULTES, *EXAMENS)
