# Only this argument changes where images come from another place: --build-arg PYTHON_IMAGE=...
ARG PYTHON_IMAGE=docker.io/library/python:3.12-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements-build.lock requirements.lock ./
RUN python3 -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements-build.lock \
    && python3 -m venv /opt/signpost \
    && /opt/signpost/bin/pip install --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE resources.yaml ./
COPY guardrails guardrails
COPY bot bot
RUN /opt/build/bin/pip wheel --no-index --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/signpost/bin/pip install --no-index --no-deps dist/*.whl \
    && /opt/signpost/bin/pip uninstall --yes pip

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Signpost" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/signpost /opt/signpost
RUN install -d -m 0700 -o 10001 -g 10001 /data
ENV PATH=/opt/signpost/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SIGNPOST_STATE_DIR=/data \
    SIGNPOST_HEALTH_FILE=/data/heartbeat
WORKDIR /data
VOLUME /data
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-m", "bot.ops.health"]
ENTRYPOINT ["signpost"]
CMD ["run"]
