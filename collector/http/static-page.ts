/**
 * The page: files that `npm run build` put into dist/collector/web, and nothing else. Names of assets carry a hash of their content,
 * so a browser may keep them for ever; index.html is asked for anew each time.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';

/** From the sources and from dist/. The sources of the page itself are never served. */
const PAGE = new URL(import.meta.url.endsWith('.ts') ? '../../dist/collector/web/' : '../web/', import.meta.url);

/** @param page a folder's URL, with a slash at its end */
export async function servePage(server: FastifyInstance, page = PAGE): Promise<void> {
  if (!existsSync(new URL('index.html', page))) {
    server.get('/', async () => {
      throw new Problem(
        404,
        'the page is not built; "npm run build" builds it. The API is there: /api/v1/openapi.json',
      );
    });
    return;
  }
  await server.register(fastifyStatic, {
    root: fileURLToPath(page),
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders: (response, path) => {
      response.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
