/** A Grafana dashboard read as Grafana reads it: its panels, every query in it, and what a variable is replaced by. */
import { readFileSync } from 'node:fs';

export interface Target {
  readonly refId: string;
  /** PromQL. */
  readonly expr?: string;
  readonly instant?: boolean;
  /** InfluxQL. */
  readonly query?: string;
  readonly datasource: { readonly type: string; readonly uid: string };
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly datasource?: Target['datasource'];
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
  readonly includeAll: boolean;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: {
    readonly list: readonly { readonly name: string; readonly expr?: string; readonly query?: string }[];
  };
}

export const readDashboard = (name: string): Dashboard =>
  JSON.parse(readFileSync(new URL(`../../deploy/grafana/${name}`, import.meta.url), 'utf8')) as Dashboard;

/** A query and where it stands. */
export interface Asked {
  readonly where: string;
  readonly text: string;
  readonly instant: boolean;
}

/** Every query of panels and annotations. */
export function queriesOf({ panels, annotations }: Dashboard): readonly Asked[] {
  const ofPanels = panels.flatMap(({ title, targets = [] }) =>
    targets.map((target) => ({
      where: `${title} ${target.refId}`,
      text: target.expr ?? target.query ?? '',
      instant: target.instant ?? false,
    })),
  );
  const ofAnnotations = annotations.list.flatMap(({ name, expr, query }) => {
    const text = expr ?? query;
    return text === undefined ? [] : [{ where: `annotation ${name}`, text, instant: false }];
  });
  return [...ofPanels, ...ofAnnotations];
}

export const variableQuery = ({ query }: Variable): string => (typeof query === 'string' ? query : query.query);

/** Replaces $name, ${name} and the built-in ones; an unknown one throws, as Grafana would send it on as it is. */
export function interpolate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced: string | undefined, bare: string | undefined) => {
    // In a regex, "$/" is the end of the text; it has no name and is left alone by the pattern.
    const value = values[braced ?? bare ?? ''];
    if (value === undefined) throw new Error(`${text}: nothing is known of ${whole}`);
    return value;
  });
}
