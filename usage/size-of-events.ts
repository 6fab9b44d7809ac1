/** About how much memory events take: looked at for each that comes in, so that it is a guess rather than a measure. */
import type { NewEvent } from './new-event.ts';

/** What an event takes that says nothing, and what a value takes beside its text. */
const EVENT = 300;
const VALUE = 16;

/** In bytes. */
export function sizeOf(events: readonly NewEvent[]): number {
  let size = 0;
  for (const { metadata } of events) size += EVENT + sizeOfValue(metadata);
  return size;
}

function sizeOfValue(value: unknown): number {
  if (typeof value === 'string') return VALUE + value.length;
  if (typeof value !== 'object' || value === null) return VALUE;
  let size = VALUE;
  for (const key in value) size += key.length + sizeOfValue(Reflect.get(value, key));
  return size;
}
