#!/bin/sh
# deploiement/secrets.sh [DIR]: draws the secrets that docker-compose.yml mounts, into DIR
# (var/secrets of the checkout). What exists is kept: keys that sealed data are never drawn again.
set -eu
dossier=${1:-$(dirname -- "$0")/../var/secrets}
umask 077
mkdir -p "$dossier"
cd "$dossier"

# The folder is closed (0700); the files are readable inside the containers, whose accounts are not
# ours.
poser() {
    if [ ! -e "$1" ]; then
        cat >"$1.neuf"
        chmod 444 "$1.neuf"
        mv "$1.neuf" "$1"
    fi
}

hexadecimal() {
    head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

cle() {
    head -c 32 /dev/urandom | base64 | tr -d '\n'
}

for nom in superutilisateur proprietaire app comptage sauvegarde valkey; do
    hexadecimal | poser "mdp_$nom"
done
for role in proprietaire app comptage; do
    echo "postgresql://mes_$role:$(cat "mdp_$role")@postgres:5432/mes" | poser "url_$role"
done
echo "redis://:$(cat mdp_valkey)@valkey:6379/0" | poser url_redis
{ hexadecimal && hexadecimal; } | poser mes_secret
echo "1:$(cle)" | poser mes_cles
cle | poser mes_cle_index
cle | poser mes_cle_signature
# Given by Pro Santé Connect at registration: empty until then.
: | poser psc_client_secret
