/**
 * The published document against the real answers of a real collector: every route that it names is asked, and what comes is held
 * against the schema of its status, with no key more and none less.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import t, { type Test } from 'tap';
import { postMark, startToldCollector, type ToldCollector } from './told-collector.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly required: boolean }[];
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { schema: object }>> }>>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;
interface Description {
  readonly openapi: string;
  readonly paths: Paths;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const GROUP = 'group=corsham-dhcp';

/** What is asked of each path: enough that every kind of object stands in some answer. */
const asked = ({ at }: ToldCollector): Readonly<Record<string, readonly string[]>> => ({
  '/api/v1/status': ['', `?${GROUP}`],
  '/api/v1/sites': ['', '?unserved=true'],
  '/api/v1/scopes': ['', `?${GROUP}&unserved=false`],
  '/api/v1/agents': [''],
  '/api/v1/alerts': [''],
  '/api/v1/events': ['', `?${GROUP}&paths=true&since=-10m&limit=5`, '?paths=true&since=-1h&until=now'],
  '/api/v1/report': [`?${GROUP}&since=-10m`, `?${GROUP}&since=${at(0)}&until=${at(70)}`],
  '/api/v1/timeline': [`?${GROUP}&since=-10m`, `?${GROUP}&since=${at(20)}&server=primary&sites=true`],
  '/api/v1/lanes': [`?${GROUP}&since=-10m`, `?${GROUP}&since=${at(20)}&server=standby`],
  '/api/v1/latency': [`?${GROUP}&since=-10m&server=primary`, `?${GROUP}&since=-10m&server=standby&site=leeds&points=3`],
  '/api/v1/whoami': [''],
  '/healthz': [''],
  '/readyz': [''],
});

class Schemas {
  readonly #ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, strictRequired: false });
  readonly #description: Description;

  constructor(description: Description) {
    const text = JSON.stringify(description).replaceAll('#/components/schemas/', 'dorawatch#/$defs/');
    this.#description = JSON.parse(text) as Description;
    this.#ajv.addSchema({ $id: 'dorawatch', $defs: this.#description.components.schemas });
  }

  /** @returns what an answer of a path must be */
  of(path: string, method: string, { status, type }: { status: number; type: string }): ValidateFunction {
    const responses = this.#description.paths[path]?.[method]?.responses;
    const schema = (responses?.[status] ?? responses?.['default'])?.content[type]?.schema;
    if (schema === undefined) throw new Error(`${method} ${path} does not say that it answers ${status} ${type}`);
    return this.#ajv.compile(schema);
  }
}

/** A window that lasts from before the file is accepted until tomorrow. */
function maintenanceNow(): string {
  const minute = (days: number) =>
    new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16).replace('T', ' ');
  const times = `from: "${minute(-1)}", until: "${minute(1)}", zone: UTC`;
  return `maintenance: [{ group: corsham-dhcp, ${times}, reason: weekly patches, ref: CHG0042 }]\n`;
}

async function holds(t: Test, schemas: Schemas, answer: Response, path: string, method = 'get'): Promise<void> {
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const validate = schemas.of(path, method, { status: answer.status, type });
  t.ok(validate(await answer.json()), `${method} ${answer.url} ${answer.status}`, { errors: validate.errors });
}

t.test('every answer is as the document says', async (t) => {
  const told = await startToldCollector(t, maintenanceNow());
  const description = (await told.json('/api/v1/openapi.json')) as unknown as Description;
  t.match(description, { openapi: '3.1.0' });
  const schemas = new Schemas(description);

  await t.test('marks, taken and refused', async (t) => {
    const body = { text: 'Primary taken down', at: told.at(14), group: 'corsham-dhcp', actor: 'ada', ref: 'CHG0012' };
    const taken = await postMark(told, body);
    t.equal(taken.status, 201);
    await holds(t, schemas, taken, '/api/v1/marks', 'post');
    await holds(t, schemas, await postMark(told, { text: 'x', group: 'corsham' }), '/api/v1/marks', 'post');
  });

  await t.test('what is planned, in its own lane and beside the group', async (t) => {
    const window = { source: 'file', group: 'corsham-dhcp', server: null, text: 'weekly patches', ref: 'CHG0042' };
    const lane = [{ server: null, site: null, text: 'weekly patches' }];
    t.match(await told.json(`/api/v1/timeline?${GROUP}&since=-10m`), { planned: lane });
    t.match(await told.json('/api/v1/status'), { groups: [{ maintenance: [window] }] });
    const before = await told.json(`/api/v1/timeline?${GROUP}&since=${told.at(0)}&until=${told.at(60)}`);
    t.same(before['planned'], [], 'nobody plans backwards: it counts from when the file was accepted');
  });

  const questions = asked(told);
  const documents = Object.keys(description.paths).filter((path) => {
    const answers = description.paths[path]?.['get']?.responses['200'];
    return answers?.content['application/json'] !== undefined && path !== '/api/v1/openapi.json';
  });
  t.strictSame(documents.sort(), Object.keys(questions).sort(), 'all are asked');

  await t.test('answers', async (t) => {
    for (const [path, queries] of Object.entries(questions)) {
      for (const query of queries) {
        const answer = await told.get(path + query);
        t.equal(answer.status, 200, path + query);
        await holds(t, schemas, answer, path);
      }
    }
  });

  await t.test('refusals', async (t) => {
    for (const path of Object.keys(questions)) {
      const answer = await told.get(`${path}?no_such=1`);
      t.equal(answer.status, 400, path);
      await holds(t, schemas, answer, path);
    }
  });

  await t.test('each parameter that must be given is asked for by its name', async (t) => {
    for (const [path, { get }] of Object.entries(description.paths)) {
      const required = get?.parameters.filter((one) => one.required).map(({ name }) => name) ?? [];
      if (required.length === 0) continue;
      const { errors } = (await told.json(path)) as { errors: { parameter: string }[] };
      t.strictSame(errors.map(({ parameter }) => parameter).sort(), required.sort(), path);
    }
  });

  await t.test('operations have names of their own', async (t) => {
    const ids = Object.values(description.paths).flatMap((one) => Object.values(one).map((each) => each.operationId));
    t.strictSame([...new Set(ids)], ids);
  });
});
