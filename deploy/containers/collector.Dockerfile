# The collector and the dorawatch command as a container, without any capability.
# From the top of the project: docker build -f deploy/containers/collector.Dockerfile -t dorawatch-collector .
FROM node:20-bookworm AS build
WORKDIR /src
COPY . .
# git would say when the commit was made; a build context need not have it.
ENV SOURCE_DATE_EPOCH=0
RUN npm ci && node .config/package.mjs --only collector --compress none

FROM debian:bookworm-slim
COPY --from=build /src/packages/ /packages/
RUN apt-get update \
    && apt-get install -y --no-install-recommends adduser init-system-helpers /packages/dorawatch-collector_*_amd64.deb \
    && install -d -o _dorawatch-collector -g _dorawatch-collector -m 0700 /var/lib/dorawatch-collector \
    && rm -rf /packages /var/lib/apt/lists/*
USER _dorawatch-collector
VOLUME /var/lib/dorawatch-collector
EXPOSE 6767 6768
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/dorawatch-collector"]
CMD ["serve", "--config", "/etc/dorawatch/collector.yaml", "--state", "/var/lib/dorawatch-collector", "--grpc", "0.0.0.0:6767", "--http", "0.0.0.0:6768"]
