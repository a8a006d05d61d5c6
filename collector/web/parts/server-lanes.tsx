/** A server's lane under its name, which is a button that opens the lanes of its sites below. */

import type { LaneRow } from '../core/lane-rows.ts';
import { openedWith } from '../core/place.ts';
import type { Go } from '../io/location.ts';
import { Lane, type LaneProps } from './lane.tsx';
import { still } from './still.ts';

const SERVER_HEIGHT_PX = 26;
const SITE_HEIGHT_PX = 14;

interface ServerLanesProps extends LaneProps {
  readonly row: LaneRow;
  readonly sites: readonly LaneRow[];
  /** Servers whose sites are opened. */
  readonly opened: readonly string[];
  readonly go: Go;
}

/** Hundreds of rows, looked at again only when one of them is another. */
export const ServerLanes = still(DrawnServerLanes);

function DrawnServerLanes({ row, sites, opened, go, ...shared }: ServerLanesProps) {
  const { server, bucket } = row.lane;
  const isOpen = opened.includes(server);
  return (
    <>
      <div class="row" data-lane={row.key}>
        <button
          type="button"
          class="row-label opener"
          aria-expanded={isOpen}
          aria-label={`Sites of ${row.name} ${row.note}`}
          onClick={() => go({ server: openedWith(opened, server) })}
        >
          <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
          <span class="name">
            {row.name} {row.note !== '' && <span class="soft">{row.note}</span>}
          </span>
        </button>
        <Lane row={row} height={SERVER_HEIGHT_PX} {...shared} />
      </div>
      {isOpen &&
        sites
          .filter(({ lane }) => lane.server === server && lane.bucket === bucket)
          .map((site) => (
            <div class="row site" key={site.key} data-lane={site.key}>
              <span class="row-label" title={site.name}>
                {site.name}
              </span>
              <Lane row={site} height={SITE_HEIGHT_PX} {...shared} />
            </div>
          ))}
    </>
  );
}
