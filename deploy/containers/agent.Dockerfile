# The agent as a container. From the top of the project: docker build -f deploy/containers/agent.Dockerfile -t dorawatch-agent .
#
# Run it on the host's network (compose.yaml does): giaddr is the address that the server answers to, and behind a bridge's NAT that
# is one which nobody outside can reach. It is not root. Its Node has the two rights that it needs as file capabilities, so the
# container may have NET_RAW and NET_BIND_SERVICE and must not have no-new-privileges, under which such rights count for nothing.
FROM node:20-bookworm AS build
WORKDIR /src
COPY . .
# git would say when the commit was made; a build context need not have it.
ENV SOURCE_DATE_EPOCH=0
RUN npm ci && node .config/package.mjs --only agent --compress none

FROM debian:bookworm-slim
COPY --from=build /src/packages/ /packages/
RUN apt-get update \
    && apt-get install -y --no-install-recommends adduser init-system-helpers libcap2-bin /packages/dorawatch-agent_*_amd64.deb \
    && setcap cap_net_raw,cap_net_bind_service+ep /usr/lib/dorawatch-agent/node \
    && install -d -o _dorawatch-agent -g _dorawatch-agent -m 0700 /var/lib/dorawatch-agent \
    && rm -rf /packages /var/lib/apt/lists/*
USER _dorawatch-agent
VOLUME /var/lib/dorawatch-agent
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/dorawatch-agent"]
CMD ["run"]
