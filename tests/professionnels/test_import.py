"""The import of the directory: what it adds, changes, closes, refuses and leaves alone."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mes.socle.tables import TABLES, Classe
from professionnels.actions import importer_annuaire
from professionnels.annuaire import lecture
from professionnels.annuaire.fichiers import DossierVide, Fichiers, fichiers_du_dossier
from professionnels.annuaire.fusion import ArretDeSecurite
from professionnels.annuaire.lecture import FichierIllisible
from professionnels.models import (
    BoiteMSS,
    Exercice,
    ImportAnnuaire,
    Professionnel,
    RejetAnnuaire,
    Structure,
)
from tests.professionnels import fabrique
from tests.professionnels.fabrique import boite, personne, rpps, sans_activite, tableau

pytestmark = pytest.mark.django_db

DIX = [personne(rpps=rpps(rang)) for rang in range(10)]


def motifs(trace: ImportAnnuaire) -> list[tuple[int, str]]:
    return list(trace.rejets.order_by("fichier", "ligne").values_list("ligne", "motif"))


def etat() -> dict[str, list[tuple[Any, ...]]]:
    """Everything the directory holds."""
    return {
        modele.__name__: sorted(modele.objects.values_list(), key=str)
        for modele in (Structure, Professionnel, Exercice, BoiteMSS)
    }


# --- What enters -------------------------------------------------------------------------------


def test_une_ligne_donne_la_personne_son_exercice_et_son_lieu(importer: Any) -> None:
    trace = importer([personne()])
    exercice = Exercice.objects.select_related("professionnel", "structure").get()
    assert (exercice.professionnel.rpps, str(exercice.professionnel)) == (
        "99700900014",
        "Claude DEMO-GENERALISTE",
    )
    assert (exercice.profession, exercice.specialite, exercice.mode_exercice) == ("10", "SM26", "L")
    assert exercice.structure is not None
    assert (exercice.structure.identifiant, exercice.structure.finess) == (
        "F990009011",
        "990009011",
    )
    assert (exercice.structure.commune, exercice.structure.secteur) == ("DÉMOVILLE", "SA08")
    assert exercice.fin_le is None
    assert trace.bilan["exercices"] == {
        "ajoutes": 1, "modifies": 0, "rouverts": 0, "clos": 0, "inchanges": 0
    }  # fmt: skip


def test_les_identifiants_poses_par_la_base_sont_des_uuid_v7_du_moment(importer: Any) -> None:
    importer([personne()], boites=[boite("a@b.mssante.test")])
    for modele in (Structure, Professionnel, Exercice, BoiteMSS):
        cle = modele.objects.get().pk
        assert (cle.version, cle.variant) == (7, "specified in RFC 4122")
        debut = ImportAnnuaire.objects.get().debut_le.timestamp() * 1000
        assert abs((cle.int >> 80) - debut) < 60_000


def test_un_second_import_des_memes_fichiers_ne_change_rien(importer: Any) -> None:
    finess = fabrique.finess_texte(fabrique.etablissement("990009011", "CABINET DÉMO"))
    boites = [boite("a@b.mssante.test"), boite("c@d.mssante.test", liste_rouge="O")]
    importer(DIX, finess, boites)
    avant = etat()
    with connection.cursor() as curseur:
        curseur.execute("SELECT xmin::text, ctid::text FROM professionnels_exercice ORDER BY id")
        versions = curseur.fetchall()
    trace = importer(DIX, finess, boites)
    assert trace.changements == 0
    assert trace.bilan["exercices"]["inchanges"] == 10
    assert etat() == avant
    with connection.cursor() as curseur:
        curseur.execute("SELECT xmin::text, ctid::text FROM professionnels_exercice ORDER BY id")
        assert curseur.fetchall() == versions, "des lignes identiques ont été réécrites"


def test_l_ordre_des_lignes_et_les_doublons_ne_changent_rien(importer: Any) -> None:
    lignes = [
        *DIX,
        personne(rpps=rpps(1), mode="S", nom="AUTRE-NOM"),
        personne(rpps=rpps(2), raison_sociale="AUTRE NOM DU CABINET"),
        DIX[3],
    ]
    importer(lignes)
    assert Exercice.objects.count() == 10
    trace = importer(list(reversed(lignes)))
    assert trace.changements == 0


def test_un_meme_rpps_a_un_exercice_par_profession_savoir_faire_et_lieu(importer: Any) -> None:
    importer(
        [
            personne(),
            personne(mode="S"),
            personne(specialite="SM18"),
            personne(finess="990009045", raison_sociale="HÔPITAL DÉMO"),
        ]
    )
    assert Professionnel.objects.count() == 1
    assert sorted(
        Exercice.objects.values_list("specialite", "structure__identifiant", "mode_exercice")
    ) == [("SM18", "F990009011", "L"), ("SM26", "F990009011", "L"), ("SM26", "F990009045", "L")]


@pytest.mark.parametrize(
    ("champs", "attendue"),
    [
        ({"profession": "99", "role": "330", "categorie": ""}, "330"),
        ({"profession": "99", "role": "", "categorie": ""}, "99"),
        ({"profession": "10", "categorie": "E"}, "F10"),
        ({"profession": "60", "categorie": "E"}, "F60"),
        ({"profession": "10", "categorie": "M"}, "10"),
        ({"profession": "60", "role": "330"}, "60"),
    ],
)
def test_la_profession_retenue_est_celle_qui_decide_du_droit(
    importer: Any, champs: dict[str, str], attendue: str
) -> None:
    importer([personne(**champs)])
    assert Exercice.objects.get().profession == attendue


@pytest.mark.regle("R-PS-09")
def test_une_personne_sans_activite_est_connue_mais_n_a_pas_d_exercice(importer: Any) -> None:
    importer([sans_activite()])
    assert Professionnel.objects.get().rpps == "99700900014"
    assert not Exercice.objects.exists()


def test_un_lieu_sans_finess_est_nomme_par_son_identifiant_technique(importer: Any) -> None:
    importer([personne(finess="", technique="R99000000001", raison_sociale="OPTIQUE DÉMO")])
    structure = Exercice.objects.select_related("structure").get().structure
    assert structure is not None
    assert (structure.identifiant, structure.finess) == ("R99000000001", "")


# --- From one day to the next ------------------------------------------------------------------


@pytest.mark.regle("R-PS-09")
def test_un_exercice_absent_le_lendemain_est_clos_et_rouvert_s_il_revient(importer: Any) -> None:
    importer(DIX)
    premier = Exercice.objects.get(professionnel__rpps=rpps(0))
    trace = importer(DIX[1:])
    assert trace.bilan["exercices"]["clos"] == 1
    premier.refresh_from_db()
    assert premier.fin_le is not None
    assert Exercice.objects.actifs().count() == 9
    fin = premier.fin_le
    assert importer(DIX[1:]).changements == 0
    premier.refresh_from_db()
    assert premier.fin_le == fin, "la date de fin ne bouge plus"
    trace = importer(DIX)
    assert trace.bilan["exercices"] == {
        "ajoutes": 0, "modifies": 0, "rouverts": 1, "clos": 0, "inchanges": 9
    }  # fmt: skip
    premier.refresh_from_db()
    assert premier.fin_le is None


@pytest.mark.regle("R-PS-09")
def test_perdre_son_activite_clot_l_exercice(importer: Any) -> None:
    importer(DIX)
    importer([*DIX[:9], sans_activite(rpps=rpps(9))])
    assert not Exercice.objects.actifs().filter(professionnel__rpps=rpps(9)).exists()
    assert Professionnel.objects.filter(rpps=rpps(9)).exists()


def test_changer_de_profession_clot_l_exercice_et_en_ouvre_un_autre(importer: Any) -> None:
    importer(DIX)
    importer([*DIX[:9], personne(rpps=rpps(9), profession="60", specialite="")])
    exercices = Exercice.objects.filter(professionnel__rpps=rpps(9))
    assert {(e.profession, e.fin_le is None) for e in exercices} == {("10", False), ("60", True)}


def test_les_details_changes_sont_mis_a_jour_sans_changer_d_exercice(importer: Any) -> None:
    importer(DIX)
    avant = set(Exercice.objects.values_list("pk", flat=True))
    trace = importer(
        [*DIX[:9], personne(rpps=rpps(9), nom="DEMO-MARIEE", mode="S", genre="GENR02")]
    )
    assert trace.bilan["professionnels"]["modifies"] == 1
    assert trace.bilan["exercices"]["modifies"] == 1
    exercice = Exercice.objects.select_related("professionnel").get(professionnel__rpps=rpps(9))
    assert (exercice.professionnel.nom, exercice.mode_exercice) == ("DEMO-MARIEE", "S")
    assert set(Exercice.objects.values_list("pk", flat=True)) == avant


# --- Safety stop -------------------------------------------------------------------------------


def test_un_fichier_ampute_arrete_l_import_et_ne_ferme_personne(importer: Any) -> None:
    importer(DIX)
    avant = etat()
    with pytest.raises(ArretDeSecurite, match="3 exercices sur 10"):
        importer([*DIX[:7], personne(rpps=rpps(50))])
    assert etat() == avant
    echec = ImportAnnuaire.objects.order_by("debut_le").last()
    assert echec is not None
    assert "3 exercices sur 10" in echec.echec
    assert "exercices" not in echec.bilan
    trace = importer([*DIX[:7], personne(rpps=rpps(50))], forcer=True)
    assert trace.est_force
    assert (trace.bilan["exercices"]["clos"], trace.bilan["exercices"]["ajoutes"]) == (3, 1)


def test_au_seuil_exact_l_import_passe(importer: Any, settings: Any) -> None:
    importer(DIX)
    assert importer(DIX[:8]).bilan["exercices"]["clos"] == 2  # 20 %
    settings.MES_ANNUAIRE_FERMETURES_MAX = 12
    with pytest.raises(ArretDeSecurite):
        importer(DIX[:7])  # 1 of 8: 12.5 %


def test_un_fichier_reduit_a_son_entete_arrete_l_import(importer: Any) -> None:
    importer(DIX)
    with pytest.raises(ArretDeSecurite):
        importer("|".join(fabrique.COLONNES_PERSONNES) + "|\n")


def test_l_arret_de_securite_vaut_aussi_pour_les_boites(importer: Any) -> None:
    boites = [boite(f"b{rang}@x.mssante.test", rpps=rpps(rang)) for rang in range(10)]
    importer(DIX, boites=boites)
    with pytest.raises(ArretDeSecurite, match="boîtes"):
        importer(boites=boites[:5])
    assert BoiteMSS.objects.en_service().count() == 10


# --- Bad lines ---------------------------------------------------------------------------------


def test_les_mauvaises_lignes_sont_rejetees_avec_numero_et_raison_sans_contenu(
    importer: Any,
) -> None:
    bonne = personne(rpps=rpps(0))
    mauvaises = [
        (personne(rpps="99700900015"), "RPPS mal formé ou clé fausse"),
        (personne(rpps="9970090001"), "RPPS mal formé ou clé fausse"),
        (personne(**{"Identification nationale PP": "899700900022"}), "se contredisent"),
        (personne(**{"Type d'identifiant PP": "5"}), "type d'identifiant inconnu"),
        (personne(nom=""), "nom absent"),
        (personne(nom="N" * 101), "nom : valeur trop longue"),
        (personne(profession=""), "profession absente"),
        (personne(profession="10'; DROP"), "profession : code mal formé"),
        (personne(finess="12"), "FINESS du site mal formé"),
        (personne(technique="<script>"), "identifiant de structure mal formé"),
        (personne(raison_sociale="x" * 256), "raison sociale : valeur trop longue"),
        (personne(nom="DEMO\x00NUL"), "caractère de contrôle"),
        (personne(prenom="A\x1bB"), "caractère de contrôle"),
    ]
    trace = importer([bonne, *(ligne for ligne, _ in mauvaises), personne(rpps=rpps(1))])
    attendus = list(enumerate((motif for _, motif in mauvaises), start=3))
    assert [numero for numero, _ in motifs(trace)] == [numero for numero, _ in attendus]
    for (_, motif), (_, attendu) in zip(motifs(trace), attendus, strict=True):
        assert attendu in motif
    assert trace.bilan["fichier_personnes"]["rejetes"] == len(mauvaises)
    assert Exercice.objects.count() == 2
    ecrit = " ".join(f"{r.fichier} {r.motif}" for r in RejetAnnuaire.objects.all())
    for secret in ("DEMO", "99700900015", "script", "DROP", "NNN"):
        assert secret not in ecrit


def test_colonnes_manquantes_ou_en_trop_dans_une_ligne(importer: Any) -> None:
    texte = tableau([personne(rpps=rpps(0)), personne(rpps=rpps(1)), personne(rpps=rpps(2))])
    entete, une, deux, trois = texte.splitlines()
    trace = importer("\n".join([entete, une[:-40], deux + "x|y|", "", trois]) + "\n")
    assert motifs(trace) == [
        (2, "nombre de colonnes inattendu"),
        (3, "nombre de colonnes inattendu"),
    ]
    assert trace.bilan["fichier_personnes"]["ignores"] == 1  # the empty line


def test_les_numeros_adeli_sont_ignores_et_comptes(importer: Any) -> None:
    trace = importer([personne(), personne(**{"Type d'identifiant PP": "0"}, rpps="999999999")])
    assert (trace.bilan["fichier_personnes"]["ignores"], Professionnel.objects.count()) == (1, 1)
    assert not motifs(trace)


def test_un_finess_a_la_cle_douteuse_alerte_sans_rejeter(importer: Any) -> None:
    trace = importer([personne(finess="990009012")])
    assert trace.bilan["fichier_personnes"]["alertes"] == {"finess_cle_douteuse": 1}
    assert Structure.objects.get().finess == "990009012"


def test_un_rejet_en_masse_est_compte_mais_borne(importer: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("professionnels.annuaire.importation.REJETS_DETAILLES", 5)
    trace = importer([personne(), *(personne(rpps="1") for _ in range(12))])
    assert trace.rejets.count() == 5
    assert trace.bilan["fichier_personnes"]["motifs"] == {"RPPS mal formé ou clé fausse": 12}


def test_une_ligne_interminable_est_rejetee_sans_etre_gardee_en_memoire(importer: Any) -> None:
    texte = tableau([personne(rpps=rpps(0)), personne(rpps=rpps(1))])
    entete, une, deux = texte.splitlines(keepends=True)
    trace = importer(entete + "z" * 300_000 + "\n" + une + deux)
    assert motifs(trace) == [(2, "ligne trop longue")]
    assert Exercice.objects.count() == 2


# --- Forms of the files ------------------------------------------------------------------------


def test_entete_dans_un_autre_ordre_avec_des_colonnes_en_plus(importer: Any) -> None:
    ligne = personne()
    colonnes = ["Colonne nouvelle", *reversed(fabrique.COLONNES_PERSONNES)]
    texte = tableau([ligne | {"Colonne nouvelle": "?"}], colonnes=colonnes)
    importer(texte.replace("Code profession", "  CODE  PROFESSION "))
    assert Exercice.objects.get().specialite == "SM26"


def test_une_colonne_absente_ou_double_refuse_tout_le_fichier(importer: Any) -> None:
    colonnes = [c for c in fabrique.COLONNES_PERSONNES if c != "Code profession"]
    with pytest.raises(FichierIllisible, match="« Code profession »"):
        importer(tableau([personne()], colonnes=colonnes))
    with pytest.raises(FichierIllisible, match="deux fois « Code profession »"):
        importer(tableau([personne()], colonnes=[*fabrique.COLONNES_PERSONNES, "Code profession"]))
    assert ImportAnnuaire.objects.exclude(echec="").count() == 2
    assert not Professionnel.objects.exists()


@pytest.mark.parametrize("fin", ["\n", "\r\n"])
@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252"])
def test_fins_de_ligne_et_encodages(importer: Any, fin: str, encodage: str) -> None:
    lignes = [personne(rpps=rpps(rang), nom="DÉMO-ÉLÈVE", prenom="Zoë") for rang in range(3)]
    importer(tableau(lignes, fin=fin).encode(encodage))
    assert set(Professionnel.objects.values_list("nom", "prenom")) == {("DÉMO-ÉLÈVE", "Zoë")}


def test_un_octet_abime_ne_rejette_que_sa_ligne(importer: Any) -> None:
    lignes = [personne(rpps=rpps(rang), nom="DÉMO-ÉLÈVE") for rang in range(3)]
    contenu = tableau(lignes).encode()
    premier, reste = contenu.split("ÉLÈVE".encode(), 1)
    trace = importer(premier + b"\xc3LEVE" + reste)
    assert motifs(trace) == [(2, "encodage illisible")]
    assert set(Professionnel.objects.values_list("nom", flat=True)) == {"DÉMO-ÉLÈVE"}


def test_gzip_et_zip_sont_lus_comme_le_texte(importer: Any) -> None:
    texte = tableau([personne()]).encode()
    importer(gzip.compress(texte))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as ecrite:
        ecrite.writestr("PS_LibreAcces_SavoirFaire_202611200400.txt", "autre chose")
        ecrite.writestr("PS_LibreAcces_Personne_activite_202611200400.txt", texte)
    assert importer(archive.getvalue()).changements == 0
    assert Exercice.objects.count() == 1


@pytest.mark.parametrize(
    "contenu",
    [
        b"",
        b"\n",
        b"PK\x03\x04 pas une archive",
        gzip.compress(tableau(DIX).encode())[:-20],
        gzip.compress(tableau(DIX).encode())[:40] + b"\x00" * 400,
        b"%PDF-1.7",
    ],
    ids=["vide", "ligne vide", "faux zip", "gzip tronqué", "gzip abîmé", "autre chose"],
)
def test_un_fichier_illisible_est_refuse_et_rien_n_est_ecrit(importer: Any, contenu: bytes) -> None:
    with pytest.raises(FichierIllisible):
        importer(contenu)
    assert not Professionnel.objects.exists()
    assert ImportAnnuaire.objects.get().echec


def test_une_archive_sans_le_bon_fichier_est_refusee(importer: Any) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as ecrite:
        ecrite.writestr("un.txt", "a")
        ecrite.writestr("deux.txt", "b")
    with pytest.raises(FichierIllisible, match="Personne_activite"):
        importer(archive.getvalue())


def test_une_bombe_de_decompression_est_arretee(importer: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(lecture, "OCTETS_PAR_FICHIER", 1_000_000)
    bombe = gzip.compress(tableau([personne()]).encode() + b"z" * 50_000_000)
    with pytest.raises(FichierIllisible, match="trop gros"):
        importer(bombe)
    with pytest.raises(FichierIllisible, match="trop gros"):
        importer(gzip.compress(tableau([personne()]).encode() * 5000))


# --- FINESS ------------------------------------------------------------------------------------


def test_finess_nomme_les_structures_et_l_emporte_sur_les_lignes_de_personnes(
    importer: Any,
) -> None:
    finess = fabrique.finess_texte(
        fabrique.etablissement(
            "990009011", "CABINET OFFICIEL DÉMO", ville="99012 DÉMOVILLE CEDEX 2"
        ),
        fabrique.etablissement("990009045", "HÔPITAL DÉMO", juridique="990009037"),
        "geolocalisation;990009045;0;0",
    )
    trace = importer([personne()], finess)
    cabinet = Structure.objects.get(finess="990009011")
    assert (cabinet.raison_sociale, cabinet.secteur) == ("CABINET OFFICIEL DÉMO", "SA08")
    assert (cabinet.code_postal, cabinet.commune) == ("99012", "DÉMOVILLE")
    assert Structure.objects.get(finess="990009045").finess_juridique == "990009037"
    assert trace.bilan["fichier_finess"]["ignores"] == 2  # the title line, the map
    assert importer([personne()]).changements == 0, "une ligne de personne a renommé la structure"
    assert importer(finess=finess).changements == 0, "un blanc de FINESS a effacé le secteur"


def test_finess_avec_un_entete_est_lu_par_ses_titres(importer: Any) -> None:
    importer(
        finess="nofinesset;rs;nofinessej;rslongue;siret;ligneacheminement\n"
        "990009011;COURT;;CABINET LONG;;99000 DEMOVILLE\n"
    )
    assert Structure.objects.get().raison_sociale == "CABINET LONG"


def test_les_mauvaises_lignes_de_finess_sont_rejetees(importer: Any) -> None:
    trace = importer(
        finess=fabrique.finess_texte(
            fabrique.etablissement("99", "X"),
            "structureet;990009011",
            fabrique.etablissement("", "Y"),
            fabrique.etablissement("990009029", "PHARMACIE", siret="12345678901234"),
        )
    )
    assert motifs(trace) == [
        (2, "FINESS mal formé"),
        (3, "nombre de colonnes inattendu"),
        (4, "FINESS absent"),
    ]
    assert trace.bilan["fichier_finess"]["alertes"] == {"siret_douteux": 1}
    assert Structure.objects.get().siret == ""


# --- MSSanté boxes -----------------------------------------------------------------------------


def test_les_boites_ont_leur_type_et_leur_titulaire(importer: Any) -> None:
    importer(
        [personne()],
        boites=[
            boite("Claude@Medecin.MSSante.test"),
            boite("officine@p.mssante.test", type="ORG", rpps="", finess="990009011"),
            boite("envoi@p.mssante.test", type="APP", rpps="", finess="990009011"),
        ],
    )
    personnelle = BoiteMSS.objects.get(type="PER")
    assert personnelle.adresse == "claude@medecin.mssante.test"
    assert personnelle.professionnel == Professionnel.objects.get()
    assert personnelle.structure is None
    for type_boite in ("ORG", "APP"):
        collective = BoiteMSS.objects.get(type=type_boite)
        assert (collective.structure, collective.professionnel) == (Structure.objects.get(), None)


def test_une_boite_en_liste_rouge_n_est_jamais_proposable(importer: Any) -> None:
    importer(
        [personne()],
        boites=[
            boite("rouge@b.mssante.test", liste_rouge="O"),
            boite("visible@b.mssante.test"),
            boite("double@b.mssante.test"),
            boite("double@b.mssante.test", rpps=rpps(77), liste_rouge="oui"),
        ],
    )
    assert list(BoiteMSS.objects.proposables().values_list("adresse", flat=True)) == [
        "visible@b.mssante.test"
    ]
    assert BoiteMSS.objects.count() == 3


def test_sans_colonne_liste_rouge_aucune_boite_n_y_est(importer: Any) -> None:
    colonnes = [c for c in fabrique.COLONNES_BOITES if c != "Liste rouge"]
    importer([personne()], boites=tableau([boite("a@b.mssante.test")], colonnes=colonnes))
    assert not BoiteMSS.objects.get().liste_rouge


def test_une_boite_absente_le_lendemain_est_fermee_puis_rouverte(importer: Any) -> None:
    boites = [boite(f"b{rang}@x.mssante.test") for rang in range(6)]
    importer([personne()], boites=boites)
    assert importer(boites=boites[1:]).bilan["boites"]["clos"] == 1
    assert BoiteMSS.objects.en_service().count() == 5
    assert importer(boites=boites).bilan["boites"]["rouverts"] == 1
    assert BoiteMSS.objects.en_service().count() == 6


def test_les_mauvaises_boites_sont_rejetees(importer: Any) -> None:
    trace = importer(
        [personne()],
        boites=[
            boite("bonne@b.mssante.test"),
            boite("a@b.mssante.test", type="XXX"),
            boite("pas une adresse"),
            boite("279035121518989@patient.mssante.fr"),
            boite("c@d.mssante.test", liste_rouge="peut-être"),
            boite("e@f.mssante.test", rpps="99700900015"),
            boite("inconnu@f.mssante.test", rpps=rpps(99)),
            boite("orpheline@f.mssante.test", rpps="", type="ORG"),
            boite("g@h.mssante.test", rpps="", type="ORG", finess="<>"),
        ],
    )
    assert motifs(trace) == [
        (3, "type de boîte inconnu"),
        (4, "adresse mal formée"),
        (5, "adresse d'un patient"),
        (6, "liste rouge : oui ou non attendu"),
        (7, "RPPS mal formé ou clé fausse"),
        (8, "titulaire inconnu de l'annuaire"),
        (9, "titulaire inconnu de l'annuaire"),
        (10, "identifiant de structure mal formé"),
    ]
    assert trace.bilan["fichier_boites"]["rejetes"] == 8
    assert trace.bilan["fichier_boites"]["retenus"] == 1
    assert list(BoiteMSS.objects.values_list("adresse", flat=True)) == ["bonne@b.mssante.test"]


# --- The whole ---------------------------------------------------------------------------------


def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_lignes(importer: Any) -> None:
    with CaptureQueriesContext(connection) as peu:
        importer(DIX, boites=[boite("a0@b.mssante.test", rpps=rpps(0))])
    with CaptureQueriesContext(connection) as beaucoup:
        importer(
            [personne(rpps=rpps(rang)) for rang in range(400)],
            boites=[boite(f"a{rang}@b.mssante.test", rpps=rpps(rang)) for rang in range(400)],
        )
    assert len(beaucoup) == len(peu)


def test_un_long_import_n_a_pas_la_patience_d_une_page_web(importer: Any) -> None:
    delais: list[str] = []

    def suivi(fichier: str, lus: int, total: int) -> None:
        with connection.cursor() as curseur:
            for reglage in ("statement_timeout", "idle_in_transaction_session_timeout"):
                curseur.execute(f"SHOW {reglage}")
                delais.append(curseur.fetchone()[0])

    importer(DIX, suivi=suivi)
    assert set(delais) == {"0"}


def test_les_tables_de_transit_sont_vides_apres_l_import_et_hors_du_mur(importer: Any) -> None:
    importer(DIX, boites=[boite("a@b.mssante.test")])
    transits = [nom for nom in TABLES if nom.startswith("professionnels_transit")]
    assert len(transits) == 3
    with connection.cursor() as curseur:
        for nom in transits:
            assert TABLES[nom].classe is Classe.TECHNIQUE
            curseur.execute(f"SELECT count(*) FROM {nom}")
            assert curseur.fetchone() == (0,)
            curseur.execute("SELECT relpersistence FROM pg_class WHERE relname = %s", [nom])
            assert curseur.fetchone() == ("u",)


def test_le_dossier_donne_le_dernier_fichier_de_chaque_nature(tmp_path: Path) -> None:
    with pytest.raises(DossierVide):
        fichiers_du_dossier(tmp_path)
    for nom in (
        "PS_LibreAcces_Personne_activite_202611190400.txt",
        "PS_LibreAcces_Personne_activite_202611200400.txt.gz",
        "Extraction_Correspondance_MSSante_202611200400.zip",
        "LISEZMOI.md",
    ):
        (tmp_path / nom).write_bytes(b"")
    fichiers = fichiers_du_dossier(tmp_path)
    assert fichiers.personnes == tmp_path / "PS_LibreAcces_Personne_activite_202611200400.txt.gz"
    assert fichiers.boites == tmp_path / "Extraction_Correspondance_MSSante_202611200400.zip"
    assert fichiers.finess is None


def test_importer_rien_n_a_pas_de_sens() -> None:
    with pytest.raises(ValueError, match="aucun fichier"):
        Fichiers()


def test_un_fichier_introuvable_est_dit(tmp_path: Path) -> None:
    with pytest.raises(FichierIllisible, match="introuvable"):
        importer_annuaire(fichiers=Fichiers(personnes=tmp_path / "absent.txt"), par="Ada Test")
