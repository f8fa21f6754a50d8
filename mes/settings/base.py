"""Settings of the product: production is this file plus the environment (docs/exploitation.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mes.settings.valeurs import base_de_donnees, booleen, entier, texte

RACINE = Path(__file__).resolve().parents[2]

# --- Environment ------------------------------------------------------------------------------
MES_ENVIRONNEMENT = texte("MES_ENVIRONNEMENT", "production")
MES_URL = texte("MES_URL", "https://localhost")
SECRET_KEY = texte("MES_SECRET")
DEBUG = False
ALLOWED_HOSTS = [h for h in texte("MES_HOTES", "localhost").split(",") if h]
CSRF_TRUSTED_ORIGINS = [MES_URL]

# --- Keys (conception §6) ---------------------------------------------------------------------
MES_CLES = texte("MES_CLES")
MES_CLE_INDEX = texte("MES_CLE_INDEX")
MES_CLE_SIGNATURE = texte("MES_CLE_SIGNATURE")

# --- Applications -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "mes.socle.apps.SocleConfig",
    "journal",
    "notifications",
    "comptes",
    "usagers",
    "professionnels",
    "habilitations",
    "dossier",
    "urgence",
    "accueil",
    "webps",
    "support",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_otp",
    "axes",
    "widget_tweaks",
    "dsfr",
    "django_cotton",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "mes.intergiciels.EntetesDeSecurite",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mes.intergiciels.SessionParPortail",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "mes.intergiciels.ConnexionRequise",
    "axes.middleware.AxesMiddleware",
    # Last: the transaction holds the view and its rendering, and nothing else.
    "mes.intergiciels.TransactionDePortail",
]

ROOT_URLCONF = "mes.urls"
WSGI_APPLICATION = "mes.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [RACINE / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "mes.contexte.portail",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
COTTON_DIR = "composants"

# --- Database: the application only ever connects as mes_app ------------------------------------
_delai = entier("MES_DELAI_SQL_MS", 10_000)
_options: dict[str, Any] = {
    "options": f"-c statement_timeout={_delai} -c idle_in_transaction_session_timeout=60000"
}
if booleen("MES_BASE_RESERVE", True):
    _options["pool"] = {
        "min_size": 1,
        "max_size": entier("MES_BASE_RESERVE_MAX", 6),
        "timeout": 10,
    }
if booleen("MES_BASE_PREPAREES", True):
    # Planned once by connection rather than at each request: half of PostgreSQL's work.
    _options |= {"server_side_binding": True, "prepare_threshold": 5}
DATABASES: dict[str, dict[str, Any]] = {
    "default": {**base_de_donnees(texte("DATABASE_URL")), "OPTIONS": _options}
}
for _alias, _variable in (
    # Only `bin/manage migrate` ever holds the owner's URL.
    ("proprietaire", "DATABASE_URL_PROPRIETAIRE"),
    ("comptage", "DATABASE_URL_COMPTAGE"),
):
    if _url := texte(_variable, ""):
        DATABASES[_alias] = base_de_donnees(_url)
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts, sessions -----------------------------------------------------------------------
AUTH_USER_MODEL = "comptes.Compte"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "comptes.authentification.FreinParAdresse",
    "comptes.authentification.MotDePasse",
]
PASSWORD_HASHERS = ["comptes.authentification.Argon2id"]
LOGIN_URL = "accueil:connexion"

SESSION_ENGINE = "comptes.moteur_sessions"
SESSION_SERIALIZER = "comptes.sessions.SerialiseurScelle"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = True
CSRF_USE_SESSIONS = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Seconds of inactivity and at most, by portal (identites_federes.md §7: assumed, hence settings).
MES_SESSIONS = {
    "patient": {
        "inactivite": entier("MES_SESSION_PATIENT", 15 * 60),
        "maximum": entier("MES_SESSION_PATIENT_MAX", 12 * 3600),
    },
    "ps": {
        "inactivite": entier("MES_SESSION_PS", 30 * 60),
        "maximum": entier("MES_SESSION_PS_MAX", 4 * 3600),
    },
    "support": {
        "inactivite": entier("MES_SESSION_SUPPORT", 15 * 60),
        "maximum": entier("MES_SESSION_SUPPORT_MAX", 8 * 3600),
    },
}

AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_FAILURE_LIMIT = entier("MES_ESSAIS_CONNEXION", 5)
MES_ESSAIS_PAR_ADRESSE = entier("MES_ESSAIS_PAR_ADRESSE", 50)
AXES_COOLOFF_TIME = entier("MES_VERROU_HEURES", 1)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_USERNAME_FORM_FIELD = "identifiant"
AXES_USERNAME_CALLABLE = "comptes.authentification.nom_aveugle"
AXES_CLIENT_IP_CALLABLE = "comptes.authentification.adresse_client"
AXES_SENSITIVE_PARAMETERS = ["identifiant", "username", "mot_de_passe", "password", "code"]
AXES_LOCKOUT_CALLABLE = "comptes.authentification.reponse_verrouillee"
AXES_VERBOSE = False

# How many reverse proxies of ours stand in front: whose X-Forwarded-For is believed.
MES_MANDATAIRES = entier("MES_MANDATAIRES", 0)
MES_CODE_DUREE_MINUTES = entier("MES_CODE_DUREE_MINUTES", 15)
MES_CODE_ESSAIS = entier("MES_CODE_ESSAIS", 5)

# --- Pro Santé Connect ------------------------------------------------------------------------
MES_PSC = {
    "emetteur": texte(
        "MES_PSC_EMETTEUR", "https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet"
    ),
    "decouverte": texte("MES_PSC_DECOUVERTE", "wallet-openid-configuration"),
    "client_id": texte("MES_PSC_CLIENT_ID", ""),
    "client_secret": texte("MES_PSC_CLIENT_SECRET", ""),
    "acr": texte("MES_PSC_ACR", "eidas1"),
    "portee": "openid scope_all",
}

# --- Rules marked « to confirm » are settings (table_decision.md) -------------------------------
MES_BLOCAGE_AU_SAMU = booleen("MES_BLOCAGE_AU_SAMU", False)
MES_BLOCAGE_PREVAUT_SUR_AUTEUR = booleen("MES_BLOCAGE_PREVAUT_SUR_AUTEUR", True)
MES_CONSENTEMENT_INITIAL_EQUIPE = booleen("MES_CONSENTEMENT_INITIAL_EQUIPE", True)
MES_MATRICE_EN_URGENCE = booleen("MES_MATRICE_EN_URGENCE", True)
MES_MATRICE_ECRITURE = booleen("MES_MATRICE_ECRITURE", False)

# How long a declared basis opens a record, and an initial consent holds (R-PS-04, R-PS-18: assumed).
MES_ACCES_EQUIPE_HEURES = entier("MES_ACCES_EQUIPE_HEURES", 12)
MES_ACCES_CONSENTEMENT_HEURES = entier("MES_ACCES_CONSENTEMENT_HEURES", 1)
MES_CONSENTEMENT_INITIAL_JOURS = entier("MES_CONSENTEMENT_INITIAL_JOURS", 365)
# What the patient may choose (I-04), what a colleague gathers (R-PS-05), a code's life (I-06).
MES_AUTORISATION_DUREES_JOURS = tuple(
    int(jours) for jours in texte("MES_AUTORISATION_DUREES_JOURS", "1,7,30,90,365").split(",")
)
MES_AUTORISATION_CONFRERE_JOURS = entier("MES_AUTORISATION_CONFRERE_JOURS", 30)
MES_AUTORISATION_ECRIT_JOURS = entier("MES_AUTORISATION_ECRIT_JOURS", 30)
MES_CODE_OUVERTURE_MINUTES = entier("MES_CODE_OUVERTURE_MINUTES", 15)
# Emergencies (R-URG-07), the consultation d'annonce (R-MAS-10), explanations (I-01).
MES_BRIS_DE_GLACE_MINUTES = entier("MES_BRIS_DE_GLACE_MINUTES", 60)
MES_SAMU_MINUTES = entier("MES_SAMU_MINUTES", 60)
# A justification's shortest text; demands of one professional in a burst of minutes, and in a day.
MES_JUSTIFICATION_LONGUEUR_MIN = entier("MES_JUSTIFICATION_LONGUEUR_MIN", 20)
MES_URGENCE_RAFALE_MINUTES = entier("MES_URGENCE_RAFALE_MINUTES", 10)
MES_URGENCE_TENTATIVES_RAFALE = entier("MES_URGENCE_TENTATIVES_RAFALE", 5)
MES_URGENCE_TENTATIVES_JOUR = entier("MES_URGENCE_TENTATIVES_JOUR", 20)
MES_SAMU_TENTATIVES_RAFALE = entier("MES_SAMU_TENTATIVES_RAFALE", 30)
MES_SAMU_TENTATIVES_JOUR = entier("MES_SAMU_TENTATIVES_JOUR", 500)
# What marks an emergency access for those who look again: how many, over how many days; hours left
# to deposit; the night, from an hour to another (assumed).
MES_REVUE_NOMBREUX = entier("MES_REVUE_NOMBREUX", 5)
MES_REVUE_NOMBREUX_JOURS = entier("MES_REVUE_NOMBREUX_JOURS", 7)
MES_REVUE_REPETES = entier("MES_REVUE_REPETES", 2)
MES_REVUE_REPETES_JOURS = entier("MES_REVUE_REPETES_JOURS", 30)
MES_REVUE_DEPOT_HEURES = entier("MES_REVUE_DEPOT_HEURES", 24)
MES_REVUE_NUIT_DEBUT = entier("MES_REVUE_NUIT_DEBUT", 22)
MES_REVUE_NUIT_FIN = entier("MES_REVUE_NUIT_FIN", 6)
MES_ANNONCE_JOURS = entier("MES_ANNONCE_JOURS", 15)
MES_EXPLICATION_JOURS = entier("MES_EXPLICATION_JOURS", 30)
MES_SIGNALEMENTS_PAR_JOUR = entier("MES_SIGNALEMENTS_PAR_JOUR", 5)
# Beside the Web PS: the reader of a carte Vitale, how long « Mes patients » remembers (assumed).
MES_LECTEUR_VITALE = texte("MES_LECTEUR_VITALE", "")
MES_PATIENTS_MOIS = entier("MES_PATIENTS_MOIS", 12)

# How long the journals are kept (R-TRA-09): months of refusals, never less than 12; years of an
# espace's own lines once it is closed.
MES_JOURNAL_SECURITE_MOIS = entier("MES_JOURNAL_SECURITE_MOIS", 12)
MES_JOURNAL_ARCHIVE_ANS = entier("MES_JOURNAL_ARCHIVE_ANS", 10)

# From how many on the journal asks a supervisor to look (R-TRA-10: assumed). Refusals, log-ins and
# fruitless searches in a window of minutes; espaces, night refusals and broken glasses in a day.
MES_DETECTION_FENETRE_MINUTES = entier("MES_DETECTION_FENETRE_MINUTES", 10)
MES_DETECTION_REFUS = entier("MES_DETECTION_REFUS", 20)
MES_DETECTION_CONNEXIONS = entier("MES_DETECTION_CONNEXIONS", 15)
MES_DETECTION_RECHERCHES = entier("MES_DETECTION_RECHERCHES", 15)
MES_DETECTION_ESPACES = entier("MES_DETECTION_ESPACES", 10)
MES_DETECTION_REFUS_LA_NUIT = entier("MES_DETECTION_REFUS_LA_NUIT", 5)
MES_DETECTION_URGENCES = entier("MES_DETECTION_URGENCES", 5)

# OIDs of the INS accepted here; empty means the policy of the environment (identifiants.md §2).
MES_OID_INS = tuple(o for o in texte("MES_OID_INS", "").split(",") if o)

MES_TAILLE_DOCUMENT_MAX = entier("MES_TAILLE_DOCUMENT_MAX", 5_000_000)
MES_ANTIVIRUS = texte("MES_ANTIVIRUS", "eicar")  # « eicar », or « clamd://host:port »
MES_INSI = texte("MES_INSI", "")  # the INSi teleservice; empty: not reachable

# --- Files ------------------------------------------------------------------------------------
MES_DOCUMENTS = texte("MES_DOCUMENTS", "/var/lib/mes/documents")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "documents": {
        "BACKEND": texte("MES_DOCUMENTS_STOCKAGE", "django.core.files.storage.FileSystemStorage"),
        "OPTIONS": {"location": MES_DOCUMENTS, "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "mes.statiques.StatiquesDuManifeste"},
}
STATIC_URL = "/static/"
STATIC_ROOT = texte("MES_STATIQUES", str(RACINE / "var" / "statiques"))
STATICFILES_DIRS = [RACINE / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "mes.statiques.PaquetsUtiles",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 12_000_000
# A deposited file stays in memory: never in clear on disk.
FILE_UPLOAD_HANDLERS = ["dossier.televersement.EnMemoire"]

# --- Broker, cache: no health data, may be lost -------------------------------------------------
REDIS_URL = texte("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
}
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    # Somebody waits for the answer: a broker that is away is tried twice, then left to the sweeper.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "notifications"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "balayer-les-travaux": {"task": "mes.balayer", "schedule": 10.0},
    "signer-le-journal": {"task": "journal.signer", "schedule": 300.0},
    "partitions-du-journal": {"task": "journal.preparer_partitions", "schedule": 12 * 3600.0},
    "journal-de-securite-echu": {"task": "journal.purger_securite", "schedule": 24 * 3600.0},
    "journaux-a-clore": {"task": "habilitations.clore_les_journaux", "schedule": 24 * 3600.0},
    "usages-anormaux": {"task": "habilitations.detecter_abus", "schedule": 600.0},
    "purger-les-comptes": {"task": "comptes.purger", "schedule": 3600.0},
    "fichiers-orphelins": {"task": "dossier.nettoyer_orphelins", "schedule": 24 * 3600.0},
    "acces-d-urgence-a-relire": {"task": "urgence.marquer_les_acces", "schedule": 600.0},
    "accords-echus": {"task": "habilitations.clore_accords_echus", "schedule": 3600.0},
    "alertes-du-jour": {"task": "dossier.alerter_du_jour", "schedule": 24 * 3600.0},
    "annuaire-du-jour": {"task": "professionnels.importer_annuaire", "schedule": 24 * 3600.0},
}

# --- Outgoing messages --------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = texte("MES_SMTP_HOTE", "localhost")
EMAIL_PORT = entier("MES_SMTP_PORT", 25)
EMAIL_HOST_USER = texte("MES_SMTP_COMPTE", "")
EMAIL_HOST_PASSWORD = texte("MES_SMTP_MOT_DE_PASSE", "")
EMAIL_USE_TLS = booleen("MES_SMTP_TLS", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = texte("MES_EXPEDITEUR", "Mon espace santé <ne-pas-repondre@mes.example>")
MES_SMS_URL = texte("MES_SMS_URL", "")
MES_SMS_JETON = texte("MES_SMS_JETON", "")

MES_ANNUAIRE_URL = texte("MES_ANNUAIRE_URL", "")  # folder of the daily extraction
# An import that would close more of the active exercices or boxes (in %) stops.
MES_ANNUAIRE_FERMETURES_MAX = entier("MES_ANNUAIRE_FERMETURES_MAX", 20)

# --- Safety ------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = booleen("MES_HTTPS", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS: list[str] = []

# --- Language, time ----------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

# --- Name of the service ----------------------------------------------------------------------
MES_NOM = texte("MES_NOM", "Mon espace santé")
MES_SORTIE_DISCRETE = texte("MES_SORTIE_DISCRETE", "https://fr.wikipedia.org/")
"""Where « Je quitte vite » leads: an ordinary page that says nothing of ours."""

# --- Logs: ids and facts, never a person --------------------------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masquage": {"()": "mes.socle.traces.Masquage"}},
    "formatters": {
        "ligne": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "ligne",
            "filters": ["masquage"],
        }
    },
    "root": {"handlers": ["console"], "level": texte("MES_NIVEAU_TRACES", "INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False},
        "axes": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
    },
}
