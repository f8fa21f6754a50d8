"""The page « table of decisions » written again as data, on its own: the judge of the engine.

Imports nothing of the product and knows its words only as plain strings, so that a word changed in
`habilitations.politique` shows. Situations and settings are read by the names of their facts.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

LIRE = {"lister", "lire"}
TOUT = {
    "lister", "lire", "deposer", "masquer", "demasquer", "supprimer", "rendre_visible_patient",
    "rendre_visible_representants", "bloquer", "voir_historique_complet",
}  # fmt: skip
DOCUMENT = TOUT - {"deposer", "bloquer", "voir_historique_complet"}
HORS_LECTURE_ET_DEPOT = TOUT - LIRE - {"deposer"}
URGENCE = {"samu", "bris_de_glace"}
P, T, R, A = {"professionnel"}, {"titulaire"}, {"representant"}, {"aidant"}
AUTRES = {"personnel", "titulaire", "representant", "aidant", "agent", "service"}
PATIENT = LIRE | {"deposer", "masquer", "demasquer", "bloquer", "voir_historique_complet"}
NON, OUI = False, True

# Every fact of the decision and every value it may take, once each: the whole product.
FAITS: dict[str, list[Any]] = {
    "acteur": sorted(P | AUTRES),
    "action": sorted(TOUT),
    "type_document": ["11502-2", "EXPPAT_1", "EXPPAT_2", "EXPPAT_3"],
    "profession": [None, "10", "21"],
    "specialite": [None, "SM04", "SM25"],
    "statut_espace": [
        "A_INFORMER", "INFORME", "OUVERT_NON_ACTIVE", "ACTIVE", "OPPOSE", "CLOTURE", "SUSPENDU",
        "SUPPRIME", "DECEDE",
    ],
    "masques": [
        masques
        for taille in range(7)
        for masques in combinations(
            (
                "N", "R", "V", "MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX",
            ),
            taille,
        )
    ],
    "base": ["equipe", "consentement", "aucune"],
    "mode": ["normal", "samu", "bris_de_glace"],
    "mesure": [
        "aucune", "assistance", "representation_sans_sante", "representation_avec_sante",
    ],
    # lecture, écriture, effectif
    "case": [None, *product((NON, OUI), repeat=3)],
} | {
    nom: [NON, OUI]
    for nom in (
        "exercice_actif", "auteur", "bloque", "structure_bloquee", "administrateur",
        "consentement_initial", "regulateur", "justification", "opposition_samu",
        "opposition_bris_de_glace", "masques_en_urgence", "mineur", "cote_patient", "attestation",
        "masque_pose_par_professionnel", "a_la_demande_du_patient", "finalite_consentie",
    )
}  # fmt: skip
REGLAGES = (
    "blocage_au_samu", "blocage_prevaut_sur_auteur", "consentement_initial_equipe",
    "matrice_en_urgence", "matrice_ecriture",
)  # fmt: skip


def ferme(s: Any, r: Any) -> bool:
    return s.statut_espace in {
        "A_INFORMER", "INFORME", "OPPOSE", "CLOTURE", "SUSPENDU", "SUPPRIME", "DECEDE"
    }  # fmt: skip


def bloque_en_mode_normal(s: Any, r: Any) -> bool:
    return True in (s.bloque, s.structure_bloquee)


def toujours(s: Any, r: Any) -> bool:
    return True


def bloque_au_sens_de_la_ligne_3(s: Any, r: Any) -> bool:
    if s.auteur and not r.blocage_prevaut_sur_auteur:
        return False
    if s.mode == "samu" and not r.blocage_au_samu:
        return False
    return s.bloque or (s.structure_bloquee and s.mode != "bris_de_glace")


def illisible(s: Any, r: Any) -> bool:
    return s.case is None or (s.case.lecture, s.case.effectif) != (True, True)


def masque_ps(s: Any) -> bool:
    return ("MASQUE_PS" in s.masques or "R" in s.masques) and not s.administrateur


# who, acts, landmark, condition, answer, reason, rule (the first that the page cites, or ours)
# fmt: off
PAGE: list[tuple[Any, Any, str, Any, bool, str, str]] = [
    (P, TOUT, "1", lambda s, r: s.exercice_actif is False, NON, "EXERCICE_INACTIF", "R-PS-09"),
    (P, TOUT, "2", ferme, NON, "ESPACE_FERME", "R-STA-04"),
    (P, HORS_LECTURE_ET_DEPOT, "autres actes", lambda s, r: s.mode in URGENCE,
     NON, "NON_PREVU", "R-URG-07"),
    (P, LIRE, "3", bloque_au_sens_de_la_ligne_3, NON, "PROFESSIONNEL_BLOQUE", "R-PS-10"),
    (P, LIRE | {"deposer"}, "4a", lambda s, r: s.mode == "samu" and not s.regulateur,
     NON, "REGULATION_REQUISE", "R-URG-03"),
    (P, LIRE | {"deposer"}, "4b", lambda s, r: s.mode == "samu" and s.opposition_samu,
     NON, "OPPOSITION_SAMU", "R-URG-01"),
    (P, LIRE | {"deposer"}, "4c",
     lambda s, r: s.mode == "bris_de_glace" and s.opposition_bris_de_glace,
     NON, "OPPOSITION_BRIS_DE_GLACE", "R-URG-06"),
    (P, LIRE | {"deposer"}, "4d", lambda s, r: s.mode == "bris_de_glace" and not s.justification,
     NON, "JUSTIFICATION_REQUISE", "R-URG-05"),
    (P, LIRE, "5", lambda s, r: s.auteur, OUI, "AUTEUR", "R-HAB-05"),
    (P, LIRE, "6",
     lambda s, r: s.mode == "normal" and s.specialite == "SM25" and s.base != "consentement",
     NON, "CONSENTEMENT_REQUIS", "R-PS-20"),
    (P, LIRE, "6a", lambda s, r: s.mode == "normal" and s.base == "aucune",
     NON, "CONSENTEMENT_REQUIS", "R-PS-01"),
    (P, LIRE, "6b",
     lambda s, r: s.mode == "normal" and s.base == "equipe" and not s.consentement_initial
     and r.consentement_initial_equipe,
     NON, "CONSENTEMENT_INITIAL_REQUIS", "R-PS-02"),
    (P, LIRE, "7a", lambda s, r: "V" in s.masques, NON, "DOCUMENT_MASQUE", "R-MAS-01"),
    (P, LIRE, "7b", lambda s, r: masque_ps(s) and s.mode == "normal",
     NON, "DOCUMENT_MASQUE", "R-MAS-02"),
    (P, LIRE, "7c", lambda s, r: masque_ps(s) and s.mode in URGENCE and not s.masques_en_urgence,
     NON, "DOCUMENT_MASQUE", "R-URG-02"),
    (P, LIRE, "8",
     lambda s, r: illisible(s, r) and not (s.mode in URGENCE and not r.matrice_en_urgence),
     NON, "HORS_MATRICE", "R-HAB-01"),
    (P, LIRE, "9", lambda s, r: s.mode == "normal", OUI, "MATRICE", "R-HAB-02"),
    (P, LIRE, "9", lambda s, r: s.mode in URGENCE, OUI, "MATRICE_URGENCE", "R-HAB-02"),

    (P, {"deposer"}, "deposer", lambda s, r: s.specialite == "SM25" and s.base != "consentement",
     NON, "CONSENTEMENT_REQUIS", "R-PS-20"),
    (P, {"deposer"}, "deposer",
     lambda s, r: r.matrice_ecriture
     and (s.case is None or not s.case.ecriture or not s.case.effectif),
     NON, "HORS_MATRICE", "R-HAB-01"),
    (P, {"deposer"}, "deposer", toujours, OUI, "DEPOT", "R-STA-08"),
    (P, {"masquer", "demasquer"}, "{acte}", bloque_en_mode_normal,
     NON, "PROFESSIONNEL_BLOQUE", "R-PS-10"),
    (P, {"demasquer"}, "demasquer",
     lambda s, r: not (s.masque_pose_par_professionnel or s.a_la_demande_du_patient),
     NON, "NON_AUTEUR", "R-MAS-02"),
    (P, {"masquer", "demasquer"}, "{acte}", lambda s, r: s.auteur, OUI, "AUTEUR", "R-MAS-07"),
    (P, {"masquer", "demasquer"}, "{acte}", lambda s, r: s.administrateur,
     OUI, "ADMINISTRATEUR", "R-MAS-08"),
    (P, {"masquer", "demasquer"}, "{acte}", toujours, NON, "NON_AUTEUR", "R-MAS-07"),
    (P, {"rendre_visible_patient"}, "{acte}", lambda s, r: s.auteur, OUI, "AUTEUR", "R-MAS-10"),
    (P, {"rendre_visible_patient"}, "{acte}",
     lambda s, r: s.administrateur and not bloque_en_mode_normal(s, r),
     OUI, "ADMINISTRATEUR", "R-MAS-10"),
    (P, {"rendre_visible_patient"}, "{acte}", lambda s, r: s.administrateur,
     NON, "PROFESSIONNEL_BLOQUE", "R-ADM-05"),
    (P, {"rendre_visible_patient"}, "{acte}", toujours, NON, "NON_AUTEUR", "R-MAS-10"),
    (P, {"rendre_visible_representants"}, "{acte}", lambda s, r: s.auteur,
     OUI, "AUTEUR", "R-PRO-10"),
    (P, {"rendre_visible_representants"}, "{acte}", toujours, NON, "NON_AUTEUR", "R-PRO-10"),
    (P, {"supprimer"}, "supprimer", lambda s, r: s.auteur, OUI, "AUTEUR", "R-DOC-11"),
    (P, {"supprimer"}, "supprimer", toujours, NON, "NON_AUTEUR", "R-DOC-11"),
    (P, {"bloquer", "voir_historique_complet"}, "bloquer", bloque_en_mode_normal,
     NON, "PROFESSIONNEL_BLOQUE", "R-ADM-05"),
    (P, {"bloquer", "voir_historique_complet"}, "bloquer", lambda s, r: s.administrateur,
     OUI, "ADMINISTRATEUR", "R-ADM-02"),
    (P, {"bloquer", "voir_historique_complet"}, "bloquer", toujours,
     NON, "NON_ADMINISTRATEUR", "R-ADM-02"),

    (AUTRES, TOUT, "tous", ferme, NON, "ESPACE_FERME", "R-STA-04"),
    (T | R | A, TOUT, "titulaire, representant, aidant",
     lambda s, r: s.statut_espace == "OUVERT_NON_ACTIVE", NON, "ESPACE_NON_ACTIVE", "R-STA-02"),
    (R, TOUT, "representant", lambda s, r: not s.mineur and s.mesure == "assistance",
     NON, "REPRESENTATION_ECHUE", "R-MAJ-01"),
    (R, TOUT, "representant",
     lambda s, r: not s.mineur and s.mesure == "representation_sans_sante",
     NON, "REPRESENTATION_ECHUE", "R-MAJ-02"),
    (R, TOUT, "representant", lambda s, r: not s.mineur and s.mesure == "aucune",
     NON, "REPRESENTATION_ECHUE", "R-PRO-11"),
    (T | R | A, DOCUMENT, "document invisible", lambda s, r: "INVISIBLE_PATIENT" in s.masques,
     NON, "INVISIBLE_PATIENT", "R-MAS-09"),
    (R | A, DOCUMENT, "document invisible",
     lambda s, r: "INVISIBLE_REPRESENTANTS_LEGAUX" in s.masques,
     NON, "INVISIBLE_REPRESENTANTS", "R-PRO-07"),
    (T, PATIENT, "titulaire", toujours, OUI, "TITULAIRE", "R-STA-03"),
    (R, PATIENT, "representant", lambda s, r: s.mineur, OUI, "REPRESENTANT", "R-PRO-01"),
    (R, PATIENT, "representant", toujours, OUI, "REPRESENTANT", "R-MAJ-03"),
    (A, LIRE | {"deposer"}, "aidant", toujours, OUI, "AIDANT", "R-AID-09"),
    (T, {"rendre_visible_representants"}, "titulaire", lambda s, r: not s.mineur,
     OUI, "TITULAIRE", "R-PRO-11"),
    (T | R, {"supprimer"}, "supprimer",
     lambda s, r: not s.attestation and (s.auteur or s.cote_patient), OUI, "AUTEUR", "R-DOC-07"),
    (T | R, {"supprimer"}, "supprimer", toujours, NON, "NON_AUTEUR", "R-DOC-08"),
    (A, {"supprimer"}, "aidant", lambda s, r: s.auteur and not s.attestation,
     OUI, "AUTEUR", "R-AID-09"),
    (A, {"supprimer"}, "aidant", toujours, NON, "NON_AUTEUR", "R-DOC-08"),
    ({"personnel"}, {"deposer"}, "personnel", toujours, OUI, "DEPOT", "R-PS-08"),
    ({"personnel"}, TOUT - {"deposer"}, "personnel", toujours, NON, "LECTURE_INTERDITE", "R-PS-08"),
    ({"agent"}, TOUT, "agent", toujours, NON, "AGENT_SUPPORT", "R-SUP-05"),
    ({"service"}, TOUT, "service", lambda s, r: s.statut_espace != "ACTIVE",
     NON, "ESPACE_NON_ACTIVE", "R-SNR-10"),
    ({"service"}, TOUT, "service : finalité", lambda s, r: not s.finalite_consentie,
     NON, "FINALITE_NON_CONSENTIE", "R-SNR-01"),
    ({"service"}, DOCUMENT, "service : masque", lambda s, r: set(s.masques) - {"N"},
     NON, "FINALITE_NON_CONSENTIE", "R-SNR-01"),
    ({"service"}, TOUT, "service : type", lambda s, r: s.type_document in ("EXPPAT_1", "EXPPAT_3"),
     NON, "FINALITE_NON_CONSENTIE", "R-SNR-01"),
    ({"service"}, LIRE | {"deposer"}, "service", toujours, OUI, "SERVICE", "R-SNR-01"),
]
# fmt: on
PAR_ACTEUR_ET_ACTE = {
    (acteur, action): [
        (repere.replace("{acte}", action), condition, (accordee, motif, regle))
        for qui, actes, repere, condition, accordee, motif, regle in PAGE
        if acteur in qui and action in actes
    ]
    for acteur, action in product(P | AUTRES, TOUT)
}


def selon_la_page(s: Any, r: Any) -> tuple[str | None, tuple[bool, str, str]]:
    """Landmark and answer of the first line of `PAGE` that applies."""
    for repere, condition, reponse in PAR_ACTEUR_ET_ACTE[s.acteur, s.action]:
        if condition(s, r):
            return repere, reponse
    return None, (False, "NON_PREVU", "R-SEC-06")
