/** The state of everything as the API tells it: `dorawatch status --json`, with the collector's time and version. */
import type { StatusView } from '../../../shared/core/ops-view.ts';
import type { UnixMicros } from '../../../shared/core/units.ts';
import { packageVersion } from '../../../shared/io/package-version.ts';

export interface StatusDocument extends StatusView {
  /** When it was made, collector's clock. */
  readonly now: UnixMicros;
  readonly version: string;
}

const version = packageVersion();

export const statusDocument = (view: StatusView, now: UnixMicros): StatusDocument => ({ ...view, now, version });
