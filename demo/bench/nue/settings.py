"""Settings of the bare view: the product's database and pool, and nothing else of it."""

from mes.settings.valeurs import base_de_donnees, entier, texte

SECRET_KEY = texte("MES_SECRET")
ALLOWED_HOSTS = ["localhost"]
ROOT_URLCONF = "demo.bench.nue.urls"
MIDDLEWARE: list[str] = []
INSTALLED_APPS: list[str] = []
USE_TZ = True
DATABASES = {
    "default": {
        **base_de_donnees(texte("DATABASE_URL")),
        "OPTIONS": {
            "pool": {
                "min_size": 1,
                "max_size": entier("MES_BASE_RESERVE_MAX", 6),
                "timeout": 10,
            }
        },
    }
}
