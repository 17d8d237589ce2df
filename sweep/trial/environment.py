"""The environment variables of a process that trains."""

from __future__ import annotations

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


def runtime_environment(threads: int) -> dict[str, str]:
    """Environment variables of a process that trains with `threads` threads: to be set before it imports NumPy."""
    return {
        **{name: str(threads) for name in _THREAD_VARIABLES},
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    }
