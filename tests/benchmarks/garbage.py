"""What a full search for garbage costs over the loaded app, before and after: `python -m tests.benchmarks.garbage`."""

import gc
import time

import numpy as np

SEARCHES = 15


def search_ms() -> float:
    """The processor's milliseconds of a search as Streamlit asks for after each run; median of `SEARCHES`."""
    took = []
    for _ in range(SEARCHES):
        began = time.thread_time()
        gc.collect(2)
        took.append(1000 * (time.thread_time() - began))
    return float(np.median(took))


def main() -> None:
    import emotion.pages.page  # noqa: F401  (what a server holds when it shows its first page)
    from emotion.analyzer import load_analyzer
    from emotion.memory import leave_out_what_lasts

    load_analyzer()
    gc.collect()
    objects, before = len(gc.get_objects()), search_ms()
    leave_out_what_lasts()
    print(f"{objects:,} objects: {before:.1f} ms a search; after leaving out what lasts {search_ms():.2f} ms")


if __name__ == "__main__":
    main()
