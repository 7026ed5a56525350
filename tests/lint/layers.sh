#!/bin/bash
# layers.sh - who includes what: each library has one user, and no file knows a layer above its own.
#
# The layers are those of the table in docs/architecture.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lint/lib/tap.sh

# includes: FILE HEADER for every include of src/, a header of ours in quotes.
includes() {
    awk '$1 == "#include" { print FILENAME, $2 }' src/*.c src/*.h
}

# layers: LAYER NAME for every name in the table, a name being that of a .c and its .h.
layers() {
    awk -F '|' '/^## / { inside = $0 == "## Layers" }
        inside && $2 ~ /^ *[0-9]+ *$/ {
            n = split($3, names, /[^a-z_]+/)
            for (i = 1; i <= n; i++) if (names[i] != "") print $2 + 0, names[i]
        }' docs/architecture.md
}

# ---- libraries

while read -r header user; do
    none "$header is included by src/$user alone" < <(
        includes | awk -v header="<$header>" -v user="src/$user" '
            $2 == header && $1 != user { print $1 }
            $2 == header && $1 == user { used = 1 }
            END { if (!used) print "not even by it" }')
done <<'EOF'
fcgiapp.h fcgi.c
libpq-fe.h db.c
cjson/cJSON.h json.c
nettle/sha2.h digest.c
curl/curl.h ctl_probe.c
EOF

none "there is no other library" < <(
    includes | grep '<' | grep -vwE '<(fcgiapp|libpq-fe|cjson/cJSON|nettle/sha2|curl/curl|sanitizer/asan_interface)\.h>' |
        grep -vE '<(arpa/inet|assert|ctype|errno|fcntl|getopt|inttypes|limits|locale|poll|signal|stdarg|stdbool)\.h>' |
        grep -vE '<(stddef|stdint|stdio|stdlib|string|strings|time|unistd|sys/[a-z]+)\.h>' || true)

# ---- layers

none "every file has a layer" < <(
    comm -3 <(find src -name '*.[ch]' -printf '%f\n' | sed 's/\..$//' | sort -u) <(layers | awk '{ print $2 }' | sort))
none "no file has two" < <(layers | awk '{ print $2 }' | sort | uniq -d)
none "no file includes a header of a higher layer" < <(
    { layers; includes; } | awk '
        NF == 2 && $1 ~ /^[0-9]+$/ { layer[$2] = $1; next }
        $2 ~ /^"/ {
            file = $1; sub(/^src\//, "", file); sub(/\..$/, "", file)
            header = $2; gsub(/"|\.h"/, "", header)
            if (header in layer && layer[header] > layer[file]) print $1 " includes " $2
        }')
none "headers of ours are named by their file alone" < <(includes | awk '$2 ~ /^".*\/|^<[a-z]+\.def>/')

# ---- headers

none "every header can be included by itself" < <(
    for header in src/*.h; do
        ${CC:-cc} -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Isrc -fsyntax-only -x c "$header" 2>&1 |
            grep -v 'pragma once in main file' || true
    done)
none "every header is guarded by its own name" < <(
    for header in src/*.h; do
        guard=FOYER_$(basename "$header" .h | tr '[:lower:]' '[:upper:]')_H
        grep -qx "#ifndef $guard" "$header" && grep -qx "#define $guard" "$header" || echo "$header"
    done)
none "every file begins with its name and what it is" < <(
    for file in src/*.[ch] src/*.def tests/unit/*.[ch]; do
        [[ $(sed -n 2p "$file") == " * $(basename "$file") - "* ]] || echo "$file"
    done)
finish
