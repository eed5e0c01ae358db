#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Provides libffi and cmocka as static libraries for a mingw-w64 target:
#
#   deps.sh x86_64-w64-mingw32|i686-w64-mingw32
#
# prints the prefix that holds them as its last line. Debian packages neither for mingw, but its
# source packages cross-build as they are. apt fetches them, so they are verified by the archive's
# signature; it works with a source list and a state of its own below build/deps, and the machine's
# configuration stays as it is. What was built is reused until the recipe changes: this script, the
# toolchain file, or the compiler.
#
# HOLDFAST_DEPS_PREFIX names a prefix that is already prepared (or a folder that holds one for each
# target); then nothing is built.
set -eu

target=${1:-}
here=$(cd "$(dirname "$0")" && pwd)
case $target in
x86_64-w64-mingw32) toolchain=$here/mingw-w64-x86_64.cmake ;;
i686-w64-mingw32) toolchain=$here/mingw-w64-i686.cmake ;;
*)
    echo "usage: deps.sh x86_64-w64-mingw32|i686-w64-mingw32" >&2
    exit 2
    ;;
esac

deps=$(dirname "$here")/build/deps
prefix=$deps/$target
apt=$deps/apt
sources=$deps/source
work=$deps/work-$target
packages="libffi cmocka"

fail() {
    echo "deps.sh: $*" >&2
    exit 1
}

say() {
    echo "deps.sh: $*" >&2
}

use_prepared_prefix() {
    for candidate in "$HOLDFAST_DEPS_PREFIX/$target" "$HOLDFAST_DEPS_PREFIX"; do
        if [ -f "$candidate/include/cmocka.h" ]; then
            printf '%s\n' "$candidate"
            exit 0
        fi
    done
    fail "HOLDFAST_DEPS_PREFIX=$HOLDFAST_DEPS_PREFIX holds no libffi and cmocka for $target"
}

recipe() {
    {
        cat "$here/deps.sh" "$toolchain" "$here/mingw-w64.cmake"
        "$cc" --version
    } | sha256sum | cut -d ' ' -f 1
}

# Turns the machine's binary sources into source ones, in both of apt's formats.
write_source_list() {
    rm -rf "$apt/sources.d"
    mkdir -p "$apt/sources.d" "$apt/lists/partial" "$apt/cache/archives/partial"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -f "$file" ] || awk '$1 == "deb" { $1 = "deb-src"; print }' "$file"
    done >"$apt/sources.d/machine.list"
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -f "$file" ] || continue
        sed 's/^Types:.*/Types: deb-src/' "$file" >"$apt/sources.d/$(basename "$file")"
    done
}

private_apt() {
    apt-get -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$apt/sources.d" \
        -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache" \
        -o APT::Sandbox::User="$(id -un)" "$@" >&2
}

fetch() {
    command -v apt-get >/dev/null ||
        fail "needs apt-get for the source packages; or name a prefix in HOLDFAST_DEPS_PREFIX"
    mkdir -p "$sources"
    for package in $packages; do
        if ! ls "$sources/${package}_"*.dsc >/dev/null 2>&1; then
            say "fetching the source packages: $packages"
            write_source_list
            private_apt update || say "some package lists could not be read"
            # shellcheck disable=SC2086
            (cd "$sources" && private_apt source --download-only $packages) ||
                fail "the source packages could not be fetched"
            return 0
        fi
    done
}

unpack() {
    archive=$(ls "$sources/$1_"*.orig.tar.?z)
    mkdir -p "$work/$1"
    tar -C "$work/$1" --strip-components=1 -xf "$archive"
}

build_libffi() {
    say "building libffi for $target"
    unpack libffi
    (
        cd "$work/libffi"
        ./configure --host="$target" --prefix="$prefix" --libdir="$prefix/lib" \
            --disable-shared --enable-static --disable-docs --disable-multi-os-directory \
            CC="$cc" CFLAGS="-O2"
        make -j2
        make install
    ) >&2
}

# cmocka installs its shared library always; the static one is all that we want from it.
build_cmocka() {
    say "building cmocka for $target"
    unpack cmocka
    cmake -S "$work/cmocka" -B "$work/cmocka-build" -G Ninja \
        -DCMAKE_TOOLCHAIN_FILE="$toolchain" -DCMAKE_BUILD_TYPE=Release \
        -DWITH_STATIC_LIB=ON -DWITH_EXAMPLES=OFF -DUNIT_TESTING=OFF >&2
    cmake --build "$work/cmocka-build" --target cmocka-static -j 2 >&2
    mkdir -p "$prefix/include" "$prefix/lib"
    cp "$work/cmocka/include/cmocka.h" "$prefix/include/"
    cp "$(find "$work/cmocka-build" -name 'libcmocka-static.a')" "$prefix/lib/libcmocka.a"
}

[ -z "${HOLDFAST_DEPS_PREFIX:-}" ] || use_prepared_prefix

cc=$(command -v "$target-gcc-win32" || command -v "$target-gcc") ||
    fail "there is no $target-gcc on this machine"
mkdir -p "$deps"
exec 9>"$deps/lock"
flock 9

wanted=$(recipe)
if [ "$(cat "$prefix/recipe" 2>/dev/null || true)" != "$wanted" ]; then
    rm -rf "$prefix" "$work"
    fetch
    build_libffi
    build_cmocka
    rm -rf "$work"
    printf '%s\n' "$wanted" >"$prefix/recipe"
fi
printf '%s\n' "$prefix"
