"""The second factor of the agents: the standard's codes, each heard once, tries counted."""

from __future__ import annotations

import base64
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from comptes import codes
from comptes.actions import RefusCode
from comptes.models import DispositifTOTP
from comptes.totp import adresse_totp, installer_totp, verifier_totp
from mes.socle.chiffrement import ChiffrementInvalide
from tests.comptes.test_simultane import ensemble
from tests.support.outils import autre_code, code_affiche, creer_agent

pytestmark = pytest.mark.django_db

# RFC 6238, appendix B: SHA-1, eight digits, of which ours are the last six.
SECRET_DU_STANDARD = base64.b32encode(b"12345678901234567890").decode()
CODES_DU_STANDARD = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


@pytest.fixture
def agent(db):
    return creer_agent()


def verifier(agent, code, **options):
    return verifier_totp(compte_id=agent.pk, code=code, **options).refus


@pytest.mark.parametrize(("instant", "code"), CODES_DU_STANDARD)
def test_les_codes_sont_ceux_du_standard(instant, code):
    assert codes.code_du_pas(SECRET_DU_STANDARD, instant // 30) == code
    assert codes.pas_du_code(SECRET_DU_STANDARD, code, instant) == instant // 30


@pytest.mark.parametrize(("decalage", "entendu"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_un_code_est_entendu_a_un_pas_pres(agent, decalage, entendu):
    instant = 1_800_000_000.0
    code = codes.code_du_pas(DispositifTOTP.objects.get().secret(), 60_000_000 + decalage)
    refus = verifier(agent, code, maintenant=instant)
    assert refus == (None if entendu else RefusCode.FAUX)


def test_un_code_ne_sert_qu_une_fois(agent):
    code = code_affiche(agent)
    assert verifier(agent, code) is None
    assert verifier(agent, code) is RefusCode.ABSENT


def test_un_code_plus_ancien_que_le_dernier_accepte_n_est_plus_entendu(agent):
    ancien = code_affiche(agent)
    assert verifier(agent, code_affiche(agent, decalage=1)) is None
    assert verifier(agent, ancien) is RefusCode.ABSENT


def test_un_code_deja_servi_ne_coute_pas_d_essai(agent):
    code = code_affiche(agent)
    verifier(agent, code)
    verifier(agent, code)
    assert DispositifTOTP.objects.get().essais == 0


@pytest.mark.django_db(transaction=True)
def test_le_meme_code_envoye_quatre_fois_a_la_fois_ne_sert_qu_une_fois():
    agent = creer_agent()
    code = code_affiche(agent)
    assert ensemble(4, lambda: verifier(agent, code)).count(None) == 1


@pytest.mark.regle("R-AUT-04")
def test_apres_cinq_codes_faux_le_bon_est_refuse_aussi(agent):
    faux = autre_code(code_affiche(agent))
    assert [verifier(agent, faux) for _ in range(5)] == [RefusCode.FAUX] * 4 + [RefusCode.BLOQUE]
    assert verifier(agent, code_affiche(agent)) is RefusCode.BLOQUE


@pytest.mark.regle("R-AUT-04")
def test_le_blocage_se_leve_puis_dure_le_double(agent):
    faux = autre_code(code_affiche(agent))
    for _ in range(5):
        verifier(agent, faux)
    DispositifTOTP.objects.update(bloque_jusqua=timezone.now())
    for _ in range(5):
        verifier(agent, faux)
    reste = DispositifTOTP.objects.get().blocage_restant()
    assert timedelta(minutes=29) < reste <= timedelta(minutes=30)
    DispositifTOTP.objects.update(bloque_jusqua=timezone.now())
    assert verifier(agent, code_affiche(agent)) is None
    assert DispositifTOTP.objects.get().blocages == 0


def test_sans_application_aucun_code_n_ouvre():
    agent = creer_agent(totp=False)
    assert verifier(agent, "000000") is RefusCode.ABSENT


def test_une_nouvelle_application_rend_l_ancienne_inutile(agent):
    ancien = code_affiche(agent)
    installer_totp(compte_id=agent.pk)
    assert code_affiche(agent) != ancien
    assert verifier(agent, ancien) is RefusCode.FAUX


def test_le_secret_n_est_jamais_en_clair_dans_la_base(agent):
    secret = DispositifTOTP.objects.get().secret()
    assert len(base64.b32decode(secret)) == 20
    formes = (secret.encode(), base64.b32decode(secret))
    with connection.cursor() as curseur:
        curseur.execute("SELECT t::text FROM comptes_dispositiftotp t")
        (ligne,) = curseur.fetchone()
    for forme in formes:
        assert forme.decode("latin-1") not in ligne
        assert forme.hex() not in ligne


def test_le_secret_d_un_agent_ne_s_ouvre_pas_sur_la_ligne_d_un_autre(agent):
    autre = creer_agent(identifiant="autre.demo")
    vole = DispositifTOTP.objects.get(pk=agent.pk).scelle
    DispositifTOTP.objects.filter(pk=autre.pk).update(scelle=vole)
    with pytest.raises(ChiffrementInvalide):
        verifier(autre, code_affiche(agent))


def test_une_application_ne_peut_changer_de_compte(agent):
    autre = creer_agent(identifiant="autre.demo", totp=False)
    with pytest.raises(IntegrityError, match="totp_de_son_compte"), transaction.atomic():
        DispositifTOTP.objects.update(user=autre)


def test_l_adresse_donnee_a_l_application_porte_le_secret_et_qui(agent):
    dispositif = DispositifTOTP.objects.get()
    adresse = urlsplit(adresse_totp(dispositif, identifiant="agent démo", service="Mon espace"))
    assert (adresse.scheme, adresse.netloc) == ("otpauth", "totp")
    assert adresse.path == "/Mon%20espace:agent%20d%C3%A9mo"
    assert parse_qs(adresse.query) == {"secret": [dispositif.secret()], "issuer": ["Mon espace"]}


def test_l_horloge_est_celle_du_serveur(agent):
    assert verifier(agent, code_affiche(agent), maintenant=time.time() + 300) is RefusCode.FAUX
