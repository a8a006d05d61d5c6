/** What shapes and colours of a timeline mean. */
import { stateLook } from '../core/state-look.ts';
import { StateMark } from './state-mark.tsx';

const STATES = ['serving', 'degraded', 'non-serving', 'unknown'] as const;

export function Legend() {
  return (
    <p class="legend">
      {STATES.map((state) => (
        <StateMark key={state} look={stateLook(state, false)} />
      ))}
      <StateMark look={stateLook('non-serving', true)} />
      <span class="soft not-printed">
        Drag to zoom; arrow keys go from span to span; a server’s name opens its sites.
      </span>
    </p>
  );
}
