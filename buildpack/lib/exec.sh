#!/bin/sh
# Run by the launcher of a Cloud Native image before each process: what the profile script sets,
# as TOML on the third file descriptor. The launcher starts in the app's folder.
set -eu

# shellcheck source=/dev/null
. ./.profile.d/wherry.sh
for name in WEB_CONCURRENCY WEB_CONCURRENCY_SET_BY OMP_NUM_THREADS OPENBLAS_NUM_THREADS \
    MKL_NUM_THREADS TF_NUM_INTRAOP_THREADS TF_NUM_INTEROP_THREADS MALLOC_ARENA_MAX \
    CUDA_VISIBLE_DEVICES TF_CPP_MIN_LOG_LEVEL WHERRY_TENSORFLOW WHERRY_ACCELERATOR \
    LD_LIBRARY_PATH; do
    eval "value=\${$name-} is_set=\${$name+yes}"
    [ "${is_set:-}" = yes ] || continue
    # In TOML's basic strings a backslash and a quote are escaped.
    value=$(printf '%s' "$value" | sed 's/[\\"]/\\&/g')
    printf '%s = "%s"\n' "$name" "$value" >&3
done
