"""Clients of POST /api/v1/predict: `python -m tests.benchmarks.rest_clients URL PICTURE N S`.

In a process of their own, so that they hold up no measurement. Each sends the picture again and again for S seconds,
and waits as long as a 429 says. Prints one line of JSON.
"""

import json
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import requests


def main(url: str, picture: str, clients: str, seconds: str) -> None:
    """Print `statuses` (by code, "failed" where no answer came) and `took_s` of those answered with 200."""
    content, ends = Path(picture).read_bytes(), time.monotonic() + float(seconds)
    statuses: Counter[str] = Counter()
    took: list[float] = []
    lock = threading.Lock()

    def client() -> None:
        with requests.Session() as session:
            while time.monotonic() < ends:
                began, wait_s = time.monotonic(), 0.0
                try:
                    answer = session.post(url, content, headers={"Content-Type": "image/jpeg"}, timeout=60)
                except requests.RequestException:
                    status, wait_s = "failed", 1.0
                else:
                    status = str(answer.status_code)
                    wait_s = float(answer.headers.get("Retry-After", 0))
                with lock:
                    statuses[status] += 1
                    if status == "200":
                        took.append(time.monotonic() - began)
                time.sleep(wait_s)

    threads = [threading.Thread(target=client) for _ in range(int(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"statuses": statuses, "took_s": took}))


if __name__ == "__main__":
    main(*sys.argv[1:5])
