# Perennial's API, worker and migrations: one image, the command says which. Debian, because Temporal's SDK has no build
# for musl.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN node_modules/.bin/vite build web && node worker/bundle.ts dist/workflows.js && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 WORKFLOW_BUNDLE=/app/dist/workflows.js
WORKDIR /app
COPY --from=build /app ./
USER node
EXPOSE 3000
CMD ["node", "api/main.ts"]
