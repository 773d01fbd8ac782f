#!/usr/bin/env bash
# What the tests of reports need beside Python: a headless Chromium, pdflatex, letters of many scripts.
#
#     tests/browser/install.sh          installs what is missing; nothing happens where all is there
#
# Runs as root on a Debian (tried: 12), in a container too.
set -euo pipefail

say() { echo "install.sh: $*" >&2; }

# whether one of the programs is there
any() {
    local program
    for program in "$@"; do
        if command -v "$program" >/dev/null; then return 0; fi
    done
    return 1
}

missing=()
if [ -z "${STILTWALK_CHROMIUM:-}" ]; then
    any chromium chromium-browser google-chrome || missing+=(chromium)
fi
any pdflatex && any kpsewhich && [ -n "$(kpsewhich booktabs.sty)" ] || missing+=(texlive-latex-recommended)
any kpsewhich && [ -n "$(kpsewhich lmodern.sty)" ] || missing+=(lmodern)
# Latin, Greek, Cyrillic, Hebrew and Arabic letters: without any, text has no width that a page could overflow by
[ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing+=(fonts-dejavu-core)

if [ ${#missing[@]} = 0 ]; then
    say "all there"
    exit 0
fi
if ! any apt-get || [ "$(id -u)" != 0 ]; then
    say "these packages of Debian are missing, and only root can install them: ${missing[*]}"
    exit 1
fi
say "installing ${missing[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
