"""Which number format the matrix work is fitted in."""

from pathlib import Path

PRECISIONS = ("auto", "float32", "mixed_bfloat16")


def choose_precision(asked: str, backend: str, cpu_info: Path = Path("/proc/cpuinfo")) -> str:
    """The Keras dtype policy for `asked`; "auto" takes bfloat16 only where the hardware multiplies it.

    On a CPU without bfloat16 instructions TensorFlow emulates them, four times slower than float32 (measured).
    """
    if asked not in PRECISIONS:
        raise ValueError(f"unknown precision {asked!r}, expected one of {', '.join(PRECISIONS)}")
    if asked != "auto":
        return asked
    return "mixed_bfloat16" if has_gpu(backend) or cpu_has_bfloat16(cpu_info) else "float32"


def cpu_has_bfloat16(cpu_info: Path) -> bool:
    """Whether Linux lists a bfloat16 instruction set; False on systems that have no such list."""
    try:
        flags = cpu_info.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def has_gpu(backend: str) -> bool:
    """Whether the Keras backend computes on a GPU; the frameworks are asked because Keras has no such question."""
    if backend == "tensorflow":
        import tensorflow

        return bool(tensorflow.config.list_physical_devices("GPU"))
    if backend == "jax":
        import jax

        return jax.default_backend() == "gpu"
    if backend == "torch":
        import torch

        return torch.cuda.is_available()
    return False
