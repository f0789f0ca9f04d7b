# Debian's Asterisk 22 with our configuration, rendered at start by the same code as `npm start`.
FROM debian:forky-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends asterisk asterisk-core-sounds-en-wav asterisk-moh-opsound-wav ca-certificates \
 && rm -rf /var/lib/apt/lists/*
COPY --from=node:24-bookworm-slim /usr/local/bin/node /usr/local/bin/node
# The same number as in server.Dockerfile: the server takes files out of the spool that Asterisk puts in.
RUN useradd --uid 10100 --create-home desk && install -d -o desk -g desk /var/lib/dutydesk
WORKDIR /desk
COPY package.json ./
COPY scripts ./scripts
COPY asterisk-config ./asterisk-config
# The reader of site.json and the check of the dialplan, which need nothing else of the server.
COPY server/site.ts server/dialplan.ts ./server/
USER desk
CMD ["node", "scripts/compose/asterisk.ts"]
