/** Ids of events: UUIDs of version 7, which say when the event was received, so that no index is needed to find it. */
import { randomFillSync } from 'node:crypto';
import type { EventId } from '../billing/ids.ts';

/** As many ids as there are events, all received at `receivedAt` (ms since 1970). RFC 9562, section 5.7. */
export function eventIds(count: number, receivedAt: number): EventId[] {
  const random = randomFillSync(Buffer.allocUnsafe(count * 10)).toString('hex');
  const time = receivedAt.toString(16).padStart(12, '0');
  const prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  return Array.from({ length: count }, (_, i) => {
    const own = random.slice(i * 20, i * 20 + 20);
    const variant = '89ab'[Number.parseInt(own.slice(3, 4), 16) % 4];
    return `${prefix}${own.slice(0, 3)}-${variant}${own.slice(4, 7)}-${own.slice(7, 19)}` as EventId;
  });
}

/** The millisecond in which the event was received; null where this is no id of an event. */
export function receivedAtOf(id: string): number | null {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7/i.test(id) ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : null;
}
