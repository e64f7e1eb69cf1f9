# mien serve, with the weights inside.
#
#   docker build -t mien-server .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL -p 127.0.0.1:8765:8765 -e MIEN_TOKEN mien-server
#
# In a container the server has to listen on all addresses, so it needs a token: MIEN_TOKEN.

FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY build_hook ./build_hook
COPY src ./src
RUN python -m venv /mien && /mien/bin/pip install --no-cache-dir . && /mien/bin/mien models verify

FROM python:3.12-slim
COPY --from=build /mien /mien
ENV PATH=/mien/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# A volume that is mounted at /data belongs to the user then.
RUN useradd --no-create-home --uid 10001 mien && mkdir /data && chown mien /data
USER 10001
EXPOSE 8765
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8765/healthz', timeout=4)"]
ENTRYPOINT ["mien", "serve", "--host", "0.0.0.0"]
