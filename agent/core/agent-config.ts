/**
 * The few settings an agent has of its own: where its collector is, which site it stands at, where it keeps its state. All
 * else is pushed to it. Rejected: a configuration file on every site host; hundreds of files to keep alike.
 */

/** Where the collector listens when nobody says otherwise. */
const DEFAULT_PORT = 6767;
const MAX_NAME_LENGTH = 64;

/** As typed. */
export interface AgentFlags {
  readonly collector: string;
  readonly site: string;
  readonly state: string;
  readonly id?: string | undefined;
}

export interface AgentConfig {
  /** host:port; an IPv6 host in brackets. */
  readonly collector: string;
  readonly site: string;
  readonly stateDirectory: string;
  /** The agent's name; null: the one in the state directory, or a new one. */
  readonly id: string | null;
}

/** The settings, or every mistake in them, each a sentence that names its flag. */
export function readAgentFlags(flags: AgentFlags): AgentConfig | readonly string[] {
  const collector = readAddress(flags.collector);
  const mistakes = [
    collector === undefined
      ? `--collector takes HOST:PORT (an IPv6 address in brackets), not "${flags.collector}"`
      : undefined,
    nameMistake('--site', flags.site),
    flags.id === undefined ? undefined : nameMistake('--id', flags.id),
    flags.state === '' ? '--state takes a directory' : undefined,
  ].filter((mistake) => mistake !== undefined);
  if (collector === undefined || mistakes.length > 0) return mistakes;
  return { collector, site: flags.site, stateDirectory: flags.state, id: flags.id ?? null };
}

function readAddress(text: string): string | undefined {
  const [, host, port = String(DEFAULT_PORT)] =
    /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return `${host}:${Number(port)}`;
}

/** Names become table columns and tags: no spaces, no control characters, nothing that a shell would take apart. */
function nameMistake(flag: string, name: string): string | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) && name.length <= MAX_NAME_LENGTH) return undefined;
  return `${flag} takes a name of up to ${MAX_NAME_LENGTH} letters, digits, ".", "_" and "-", not "${name}"`;
}
