"""Sealing: what was altered, moved, or sealed by another key never opens."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from mes.socle.chiffrement import (
    FORMAT,
    ChiffrementInvalide,
    Cle,
    Index,
    Trousseau,
    json_canonique,
    version_de,
)

CLE = Cle(7, bytes(range(32)))
LIEU = "dossier.document:018f0000-0000-7000-8000-000000000001"
SECRET = b"Compte rendu de Mme DEMO-UN"


def _texte(*versions: int) -> str:
    return ",".join(f"{v}:{base64.b64encode(bytes([v] * 32)).decode()}" for v in versions)


class TestUneCle:
    def test_ce_qui_est_scelle_s_ouvre_a_sa_place(self):
        assert CLE.desceller(CLE.sceller(SECRET, lieu=LIEU), lieu=LIEU) == SECRET

    def test_rien_du_clair_n_est_dans_le_scelle_et_deux_scelles_different(self):
        premier, second = CLE.sceller(SECRET, lieu=LIEU), CLE.sceller(SECRET, lieu=LIEU)
        assert premier != second
        assert b"DEMO" not in premier
        assert len(premier) == 1 + 2 + 12 + len(SECRET) + 16

    def test_le_format_est_celui_de_la_specification(self):
        """Opened by hand with the library alone: format, version, nonce, text and tag."""
        scelle = CLE.sceller(SECRET, lieu=LIEU)
        assert (scelle[:1], scelle[1:3]) == (FORMAT, (7).to_bytes(2, "big"))
        clair = AESGCM(CLE.octets).decrypt(scelle[3:15], scelle[15:], LIEU.encode())
        assert clair == SECRET

    @pytest.mark.parametrize(
        "lieu",
        [
            "dossier.document:018f0000-0000-7000-8000-000000000002",
            "journal.ligne:018f0000-0000-7000-8000-000000000001",
            LIEU.upper(),
            LIEU + " ",
            "",
        ],
    )
    def test_deplace_il_ne_s_ouvre_plus(self, lieu):
        with pytest.raises(ChiffrementInvalide):
            CLE.desceller(CLE.sceller(SECRET, lieu=LIEU), lieu=lieu)

    def test_un_seul_bit_change_n_importe_ou_le_ferme(self):
        scelle = CLE.sceller(SECRET, lieu=LIEU)
        for rang in range(len(scelle)):
            for bit in (1, 128):
                altere = bytearray(scelle)
                altere[rang] ^= bit
                with pytest.raises(ChiffrementInvalide):
                    CLE.desceller(bytes(altere), lieu=LIEU)

    def test_tronque_ou_rallonge_il_ne_s_ouvre_plus(self):
        scelle = CLE.sceller(SECRET, lieu=LIEU)
        for altere in (*(scelle[:n] for n in range(len(scelle))), scelle + b"\0"):
            with pytest.raises(ChiffrementInvalide):
                CLE.desceller(altere, lieu=LIEU)

    def test_une_autre_version_est_refusee_meme_avec_la_meme_cle(self):
        with pytest.raises(ChiffrementInvalide, match="version"):
            Cle(8, CLE.octets).desceller(CLE.sceller(SECRET, lieu=LIEU), lieu=LIEU)

    def test_une_autre_cle_de_meme_version_est_refusee(self):
        with pytest.raises(ChiffrementInvalide):
            Cle(7, bytes(32)).desceller(CLE.sceller(SECRET, lieu=LIEU), lieu=LIEU)

    @pytest.mark.parametrize(("version", "taille"), [(1, 31), (1, 33), (-1, 32), (65_536, 32)])
    def test_une_cle_mal_faite_n_existe_pas(self, version, taille):
        with pytest.raises(ValueError, match="32 octets"):
            Cle(version, bytes(taille))

    def test_une_cle_ne_se_montre_pas(self):
        assert "octets" not in repr(CLE)
        assert CLE.octets.hex() not in repr(CLE)
        assert repr(CLE.octets) not in repr(CLE)

    def test_un_json_scelle_qui_n_est_pas_un_objet_est_refuse(self):
        with pytest.raises(ChiffrementInvalide, match="objet"):
            CLE.desceller_json(CLE.sceller(b"[1]", lieu=LIEU), lieu=LIEU)

    @given(clair=st.binary(max_size=200), lieu=st.text(st.characters(codec="utf-8"), max_size=40))
    def test_tout_clair_s_ouvre_a_toute_place(self, clair, lieu):
        assert CLE.desceller(CLE.sceller(clair, lieu=lieu), lieu=lieu) == clair


class TestLeTrousseau:
    def test_la_premiere_cle_scelle_et_toutes_ouvrent(self):
        ancien, nouveau = Trousseau.depuis_texte(_texte(1)), Trousseau.depuis_texte(_texte(2, 1))
        scelle = ancien.sceller(SECRET, lieu=LIEU)
        assert nouveau.desceller(scelle, lieu=LIEU) == SECRET
        assert not nouveau.est_a_jour(scelle)
        recent = nouveau.sceller(SECRET, lieu=LIEU)
        assert version_de(recent) == 2
        assert nouveau.est_a_jour(recent)
        with pytest.raises(ChiffrementInvalide, match="plus au trousseau"):
            ancien.desceller(recent, lieu=LIEU)

    @pytest.mark.parametrize(
        "texte",
        [
            "",
            ",",
            "1",
            "1:",
            "un:" + _texte(1)[2:],
            _texte(1) + ",",
            _texte(1, 1),
            _texte(1) + "," + _texte(1),
            "1:" + base64.b64encode(bytes(31)).decode(),
            "65536:" + base64.b64encode(bytes(32)).decode(),
            "-1:" + base64.b64encode(bytes(32)).decode(),
            "1:" + "é" * 44,
            _texte(1).replace(":", ";"),
            base64.b64encode(bytes(32)).decode(),
        ],
    )
    def test_un_texte_mal_ecrit_est_refuse_sans_montrer_de_cle(self, texte):
        with pytest.raises(ValueError, match=r"MES_CLES|32 octets") as erreur:
            Trousseau.depuis_texte(texte)
        assert base64.b64encode(bytes([1] * 32)).decode() not in str(erreur.value)

    def test_les_espaces_autour_des_cles_ne_comptent_pas(self):
        assert Trousseau.depuis_texte(f" {_texte(2)} , {_texte(1)}\n").courante.version == 2

    def test_la_cle_courante_doit_etre_la(self):
        with pytest.raises(ValueError, match="courante"):
            Trousseau({1: Cle(1, bytes(32))}, 2)

    def test_un_trousseau_ne_se_montre_pas(self):
        assert "octets" not in repr(Trousseau.depuis_texte(_texte(1)))


class TestLeJsonCanonique:
    def test_l_ordre_des_cles_ne_change_rien(self):
        assert json_canonique({"b": 1, "a": {"d": 2, "c": 3}}) == b'{"a":{"c":3,"d":2},"b":1}'
        assert json_canonique({"a": {"c": 3, "d": 2}, "b": 1}) == b'{"a":{"c":3,"d":2},"b":1}'

    def test_les_accents_restent_et_les_nombres_sans_valeur_sont_refuses(self):
        assert json_canonique({"nom": "Zoé"}) == '{"nom":"Zoé"}'.encode()
        for absurde in (float("nan"), float("inf")):
            with pytest.raises(ValueError, match=r".+"):
                json_canonique({"n": absurde})

    @given(
        valeur=st.dictionaries(
            st.text(st.characters(codec="utf-8")),
            st.one_of(
                st.none(), st.booleans(), st.integers(), st.text(st.characters(codec="utf-8"))
            ),
        )
    )
    def test_il_se_relit_et_se_reecrit_a_l_identique(self, valeur):
        ecrit = json_canonique(valeur)
        assert json.loads(ecrit) == valeur
        assert json_canonique(json.loads(ecrit)) == ecrit


class TestLIndexAveugle:
    INDEX = Index(bytes(range(32)))

    def test_le_meme_mot_donne_la_meme_valeur_de_32_octets(self):
        valeur = self.INDEX.aveugle("usagers.ins", "185049900000162")
        assert valeur == Index(bytes(range(32))).aveugle("usagers.ins", "185049900000162")
        assert len(valeur) == 32
        assert b"1850499" not in valeur

    def test_les_domaines_ne_se_comparent_pas(self):
        """Two columns that hold the same word show nothing in common."""
        domaines = ("usagers.ins", "comptes.usager", "comptes.professionnel", "usagers.in", "")
        assert len({self.INDEX.aveugle(d, "alex") for d in domaines}) == len(domaines)
        assert self.INDEX.aveugle("a", "bc") != self.INDEX.aveugle("ab", "c")

    def test_une_autre_racine_donne_d_autres_valeurs(self):
        autre = Index(bytes(32))
        assert autre.aveugle("usagers.ins", "x") != self.INDEX.aveugle("usagers.ins", "x")

    @pytest.mark.parametrize("taille", [0, 31, 33])
    def test_une_racine_mal_faite_est_refusee(self, taille):
        with pytest.raises(ValueError, match="32 octets"):
            Index(bytes(taille))

    def test_un_index_ne_se_montre_pas(self):
        assert bytes(range(32)).hex() not in repr(self.INDEX)
        assert repr(bytes(range(32))) not in repr(self.INDEX)
