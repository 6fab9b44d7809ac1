/** Builds the pages into web/dist; `vite web` serves them with the API behind it (PERENNIAL_API, default port 3000). */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env.PERENNIAL_API ?? 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // A data: URL would need a hole in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/v1': api,
      '/docs': api,
      '/openapi.json': api,
      '^/shop/[^/]+/buy/': api,
      '/buy/': api,
    },
  },
});
