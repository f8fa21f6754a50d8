# The product's image: web, worker, beat and migrations run the same one (docker-compose.yml).

FROM python:3.12-slim-bookworm AS construction
WORKDIR /construction
RUN python -m venv /opt/mes
COPY requirements-uv.txt requirements.txt ./
# Every file is checked by its hash; uv installs and does not follow into the image.
RUN pip install --no-cache-dir --require-hashes -r requirements-uv.txt \
    && uv pip install --no-cache --python /opt/mes/bin/python --require-hashes -r requirements.txt

FROM python:3.12-slim-bookworm
# Pango draws the printed letters; the font is the one they use.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin mes \
    && install -d -o mes -g mes -m 0700 /var/lib/mes /var/lib/mes/documents
COPY --from=construction /opt/mes /opt/mes
ENV PATH=/opt/mes/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=mes.settings.base \
    MES_STATIQUES=/srv/statiques
WORKDIR /srv/mes
COPY . .
# Collected as root, read-only afterwards. The keys are of the right form and open nothing.
RUN MES_SECRET=construction MES_CLES=1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    MES_CLE_INDEX=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    MES_CLE_SIGNATURE=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    DATABASE_URL=postgresql://mes_app@127.0.0.1:1/mes REDIS_URL=redis://127.0.0.1:1/0 \
    python manage.py collectstatic --noinput
USER mes
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "--no-ws", \
     "--respawn-failed-workers", "--respawn-interval", "0.5", \
     "--workers-kill-timeout", "10", "mes.wsgi:application"]
