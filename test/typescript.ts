/**
 * The option with which a test starts a program of ours from its source, wherever the program's working folder is. In one
 * place, since what runs TypeScript is a choice of the project (see the file's own comment), and not of each test.
 */

/** An option of Node. */
export const TYPESCRIPT = `--import=${new URL('../.config/typescript.mjs', import.meta.url).href}`;
