/** A state in its three forms at once: shape, colour and word. The shape is for eyes, the word for everybody. */
import type { Look, Shape, Tone } from '../core/state-look.ts';

const PATHS: Readonly<Record<Shape, string>> = {
  disc: 'M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1Z',
  ring: 'M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1Zm0 2a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
  triangle: 'M6 .8 11.6 11H.4Z',
  square: 'M1 1h10v10H1Z',
  diamond: 'M6 0l6 6-6 6-6-6Z',
  dash: 'M1 4.5h10v3H1Z',
};

export function ShapeMark({ shape, tone, size = 12 }: { shape: Shape; tone: Tone; size?: number }) {
  return (
    <svg class={`tone-${tone}`} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      <path d={PATHS[shape]} fill="currentColor" />
    </svg>
  );
}

export function StateMark({ look }: { look: Look }) {
  return (
    <span class={`state tone-${look.tone}`}>
      <ShapeMark shape={look.shape} tone={look.tone} />
      {look.word}
    </span>
  );
}
