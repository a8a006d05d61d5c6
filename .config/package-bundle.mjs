// One file a program out of all that it imports (two programs share a third), by the bundler that builds the page. What is
// in a package is then what is imported, and nothing else: no test, no README, no other platform's library.
// Measured against the same modules as single files: see ARCHITECTURE.md. Names are kept, so that an error's stack can be read.
import { build } from 'vite';

/** Native code is loaded by Node from beside the bundle. */
const nativeCode = {
  name: 'native-code',
  enforce: 'pre',
  resolveId: (id) => (id.endsWith('/raw.node') ? { id: './raw.node', external: true } : null),
};

/** @returns {Promise<string[]>} the packages that went in, as folders under node_modules */
export async function bundle({ programs }, folder) {
  const modules = new Set();
  const seen = {
    name: 'seen',
    generateBundle(_, files) {
      for (const file of Object.values(files)) {
        for (const id of Object.keys(file.modules ?? {})) modules.add(id);
        // The command in /usr/bin names the Node that runs it.
        if (file.type === 'chunk') file.code = file.code.replace(/^#!.*\n/, '');
      }
    },
  };
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [nativeCode, seen],
    ssr: { noExternal: true, external: ['koffi'] },
    build: {
      ssr: true,
      outDir: `${folder}/program`,
      emptyOutDir: true,
      minify: false,
      target: 'node20',
      rolldownOptions: {
        platform: 'node',
        input: Object.fromEntries(programs.map(({ command, main }) => [command, main])),
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: 'shared-[hash].js',
          // CommonJS modules ask where they are; here they all are where the bundle is.
          banner: 'const __dirname = import.meta.dirname;',
        },
      },
    },
  });
  const owner = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/;
  const found = [...modules].map((id) => owner.exec(id)).filter((match) => match !== null);
  return [...new Set(found.map((match) => match.input.slice(0, match.index + match[0].length - 1)))].sort();
}
