// How the page is built: collector/web into dist/collector/web, every file but index.html under /assets/ with a hash in its
// name. Nothing is inlined, since the page's content security policy allows no inline script, style or font; and source maps
// stay out, the page being smaller than they are.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('../collector/web', import.meta.url));

/** Nothing is painted before the script has set the scheme that was chosen: no flash of the other one. */
const holdThePaint = {
  name: 'hold-the-paint',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => html.replace('<script type="module"', '$& blocking="render"'),
  },
};

// biome-ignore lint/style/noDefaultExport: vite asks for one
export default defineConfig({
  root,
  configFile: false,
  publicDir: false,
  base: './',
  logLevel: 'warn',
  plugins: [holdThePaint],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../dist/collector/web', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
});
