#!/bin/bash
# flags.sh - the flags that configure chose are on: bad code does not compile, and the programs are hardened.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/lint/lib/tap.sh

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
read -r -a compiler < <(make_variable CC)
read -r -a flags < <(make_variable FOYER_CFLAGS)
read -r -a cflags < <(make_variable CFLAGS)

has_flag() {
    [[ " ${flags[*]} " == *" $1 "* ]]
}

# ---- each warning refuses the code below it, which is valid C otherwise

# known FLAG: does the compiler take it?
known() {
    "${compiler[@]}" -Werror "$1" -E - </dev/null >/dev/null 2>&1
}

# What a warning is called when it speaks, if not by its own name.
declare -A spoken=([write-strings]=discarded-qualifiers [format-signedness]=format)

# refused WARNING CODE
refused() {
    local sentence="-W$1 refuses what it is for"
    if ! has_flag "-W$1" && ! implied "$1" && ! known "-W$1"; then
        skip "$sentence" "${compiler[0]} does not know it"
        return
    fi
    printf '%s\n' "$2" >"$scratch/bad.c"
    none "$sentence" < <(
        "${compiler[@]}" -std=c11 -w -c "$scratch/bad.c" -o "$scratch/bad.o" 2>&1 || echo "it is not C"
        if "${compiler[@]}" "${flags[@]}" "${cflags[@]}" -Werror -c "$scratch/bad.c" -o "$scratch/bad.o" \
            >"$scratch/said" 2>&1; then
            echo "it is accepted"
        else
            grep -qE -- "\[-Werror=${spoken[$1]:-${1%%=*}}" "$scratch/said" || cat "$scratch/said"
        fi)
}

# implied WARNING: is it a part of -Wall, -Wextra or the language?
implied() {
    [[ $1 =~ ^(unused-variable|unused-parameter|return-type|uninitialized|format|parentheses|missing-field-initializers|sign-compare|type-limits|implicit-function-declaration|pedantic)$ ]]
}

snippets() {
    awk -v RS='' '{ name = $1; sub(/^[^\n]*\n/, ""); printf "%s%c%s%c", name, 0, $0, 0 }' <<'EOF'
shadow
int x;
int f(int);
int f(int a) { int x = a; return x; }

conversion
unsigned char f(int);
unsigned char f(int a) { unsigned char c = a + 1; return c; }

sign-conversion
unsigned f(int);
unsigned f(int a) { return a; }

pointer-arith
void *f(void *);
void *f(void *p) { return p + 1; }

cast-qual
char *f(const char *);
char *f(const char *p) { return (char *)p; }

write-strings
char *f(void);
char *f(void) { return "text"; }

strict-prototypes
int f();

missing-prototypes
int f(void) { return 0; }

old-style-definition
int f(int);
int f(a) int a; { return a; }

redundant-decls
int f(void);
int f(void);

undef
#if NO_SUCH_MACRO
#endif
int f(void);

vla
int f(int);
int f(int n) { int a[n]; a[0] = n; return a[0]; }

format=2
#include <stdio.h>
int f(const char *);
int f(const char *text) { return printf(text); }

format
#include <stdio.h>
int f(long);
int f(long n) { return printf("%s", n); }

format-signedness
#include <stdio.h>
int f(unsigned);
int f(unsigned n) { return printf("%d", n); }

null-dereference
int f(int *);
int f(int *p) { if (p == 0) return *p; return 0; }

switch-enum
enum e { A, B };
int f(enum e);
int f(enum e x) { switch (x) { case A: return 1; default: return 0; } }

implicit-fallthrough
int f(int);
int f(int x) { switch (x) { case 1: x++; case 2: x++; break; default: break; } return x; }

double-promotion
double f(float);
double f(float x) { return x * 2.0; }

duplicated-cond
int f(int);
int f(int a) { if (a == 1) return 1; else if (a == 1) return 2; return 3; }

duplicated-branches
int f(int, int);
int f(int a, int b) { if (a) return b + 1; else return b + 1; }

logical-op
int f(int, int);
int f(int a, int b) { return (a < 0 && a < 0) || b; }

unused-variable
int f(void);
int f(void) { int unused; return 0; }

unused-parameter
int f(int);
int f(int unused) { return 0; }

return-type
int f(int);
int f(int a) { if (a) return 1; }

uninitialized
int f(void);
int f(void) { int a; return a + 1; }

parentheses
int f(int, int);
int f(int a, int b) { if (a = b) return 1; return 0; }

sign-compare
int f(int, unsigned);
int f(int a, unsigned b) { return a < b; }

missing-field-initializers
struct s { int a, b; };
struct s f(void);
struct s f(void) { struct s x = { 1 }; return x; }

pedantic
int f(void);
int f(void) { return ({ 1; }); }
EOF
}

while IFS= read -r -d '' name && IFS= read -r -d '' code; do
    refused "$name" "$code"
done < <(snippets)

# ---- the programs

# elf PROGRAM SENTENCE OPTION PATTERN
elf() {
    none "$1 $2" < <(readelf -W "$3" "$FOYER_BUILD/$1" | grep -E "$4" >/dev/null || echo "readelf $3 says nothing of it")
}

for program in foyer.fcgi foyerctl; do
    elf "$program" "is a position-independent executable" --file-header 'Type: +DYN \(Position-Independent'
    elf "$program" "has relocations that become read-only" --program-headers '^ *GNU_RELRO'
    elf "$program" "has a stack that is not executed" --program-headers '^ *GNU_STACK .* RW +0x'
    elf "$program" "is bound before it starts" --dynamic 'BIND_NOW|FLAGS_1.* NOW'
    none "$program needs no library by its place, and none in vain" < <(
        readelf -W --dynamic "$FOYER_BUILD/$program" | grep -E 'RPATH|RUNPATH|TEXTREL' || true)
    if [[ " ${flags[*]} " == *" -fsanitize="* ]]; then
        skip "$program watches its stack and its buffers" "a sanitised build watches more"
    else
        elf "$program" "watches its stack" --symbols '__stack_chk_fail'
        elf "$program" "watches its buffers" --symbols '__[a-z]+_chk@'
    fi
done
finish
