# The app for Cloud Run or any server: `docker build -t class-mood .`; README, "Docker", says how it is run.
# Nothing is compiled: every package has a wheel, so the slim image needs no apt package (Aptfile says how that was seen).
FROM python:3.12-slim-bookworm AS packages
COPY requirements.txt /
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /requirements.txt

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --no-create-home --home-dir /tmp app && install -d -o app /data
COPY --from=packages /venv /venv
WORKDIR /app
COPY app.py ./
COPY .streamlit/config.toml .streamlit/
COPY emotion emotion
COPY docs docs
COPY model model
# No bytecode is written and the home is /tmp, so with a read-only file system /tmp and /data are all that is written to.
ENV PATH=/venv/bin:$PATH PORT=8501 DATA_FOLDER=/data HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/_stcore/health', timeout=4)"]
# `exec`, so that the app is the process that gets SIGTERM.
CMD ["sh", "-c", "exec streamlit run app.py --server.port=$PORT --server.address=0.0.0.0 --server.headless=true"]
