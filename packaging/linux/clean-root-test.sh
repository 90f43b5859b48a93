#!/usr/bin/env bash
# Proves `make demo` and `make test` in a Debian root that has only Python, make and CA files.
#
# Usage (as root):  packaging/linux/clean-root-test.sh BASE [TARGET...]
#   BASE      folder of the pristine root; made by debootstrap when it is not there, then kept
#   TARGET    what to make, in this order; without any: demo test
# Environment:
#   MIRROR    where debootstrap and apt get Debian from (needed to make BASE)
#   SUITE     Debian release, bookworm unless told
#   CA_BUNDLE certificates that pip is to trust inside, when the system's own are not enough
#   WORKTREE  1: take the files as they lie here instead of a clone of HEAD
#   PIP_*, *_proxy   handed in as they are, never written into the tree
# The run happens in BASE.run, which stays there to look at (pictures: BASE.run/src/build/tour).
set -eu

base=${1:?the folder of the pristine root}
shift
targets=${*:-demo test}
suite=${SUITE:-bookworm}
run=$base.run
source=$(cd "$(dirname "$0")/../.." && pwd)

if [ ! -e "$base/etc/debian_version" ]; then
    debootstrap --variant=minbase --include=python3,python3-venv,make,ca-certificates \
        "$suite" "$base" "${MIRROR:?the address of a Debian mirror}"
fi

rm -rf --one-file-system "$run"
cp -a --reflink=auto "$base" "$run"
if [ "${WORKTREE:-0}" = 1 ]; then
    mkdir "$run/src"
    (cd "$source" && git ls-files -coz --exclude-standard | tar -c --null -T - --ignore-failed-read) |
        tar -x -C "$run/src"
else
    git clone --quiet --no-hardlinks "$source" "$run/src"
fi

inside=(HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb)
if [ -n "${CA_BUNDLE:-}" ]; then
    cp "$CA_BUNDLE" "$run/etc/ssl/certs/ca-certificates.crt"
    inside+=(PIP_CERT=/etc/ssl/certs/ca-certificates.crt)
fi
while IFS= read -r setting; do
    case $setting in
    PIP_CERT=* | PIP_CONFIG_FILE=* | PIP_FIND_LINKS=*) ;; # paths of this machine mean nothing inside
    PIP_*=* | *_proxy=* | *_PROXY=*) inside+=("$setting") ;;
    esac
done < <(env)
cp /etc/resolv.conf /etc/hosts "$run/etc/"

# In name spaces of its own: mounts and left-over processes end with it.
# shellcheck disable=SC2016
exec unshare --mount --propagation private --pid --fork --kill-child bash -eu -c '
    run=$1 targets=$2
    shift 2
    mount -t proc proc "$run/proc"
    mount --rbind /dev "$run/dev"
    mount -t tmpfs tmpfs "$run/dev/shm"
    for target in $targets; do
        echo "== make $target"
        env -i "$@" chroot "$run" make -C /src "$target" </dev/null
    done
    echo "== all well: $targets"
' clean-root "$run" "$targets" "${inside[@]}"
