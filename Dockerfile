# One image for every service: SERVICES chooses what a container loads. Node strips the types itself; nothing is compiled
# but the console.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY . .
RUN node web/build.ts

FROM node:24-slim
LABEL org.opencontainers.image.title="Vivavoce" org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production \
    VIVAVOCE_HOST=0.0.0.0 \
    VIVAVOCE_PORT=3000 \
    VIVAVOCE_METRICS_PORT=3030 \
    VIVAVOCE_DATA=/data
# Embedded (without MONGO_URL) the stores and secrets are here.
RUN install -d -o node -g node -m 0700 /data
VOLUME /data
WORKDIR /app
COPY --from=build --chown=root:root /app ./
USER node
# A gateway answers on its own port, every other node on the one for its metrics.
EXPOSE 3000 3030
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["node", "-e", "const { SERVICES = '', VIVAVOCE_PORT, VIVAVOCE_METRICS_PORT, VIVAVOCE_TLS_CERT } = process.env; const gateway = SERVICES === '' || SERVICES.split(',').includes('gateway'); process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; fetch(`http${gateway && VIVAVOCE_TLS_CERT ? 's' : ''}://127.0.0.1:${gateway ? VIVAVOCE_PORT : VIVAVOCE_METRICS_PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "lib/main.ts"]
