/**
 * Ids of what is billed by the calendar: the same whenever it is made. In a database that was restored, a renewal that had
 * been paid after the backup is made anew, and finds its payment at the processor by its id.
 */
import { createHash } from 'node:crypto';
import type { OrderId, PaymentId, SubscriptionId } from '../../billing/ids.ts';

/** A subscription has one order a cycle. */
export const orderOfCycle = (subscription: SubscriptionId, cycle: number): OrderId =>
  idOf(`order/${subscription}/${cycle}`) as OrderId;

/** And one for each end of a meter period within it. */
export const orderOfUsage = (subscription: SubscriptionId, end: Date): OrderId =>
  idOf(`order/${subscription}/usage/${end.toISOString()}`) as OrderId;

export const paymentOf = (order: OrderId, attempt: number): PaymentId =>
  idOf(`payment/${order}/${attempt}`) as PaymentId;

/** In the shape of a random one (version 4), since some clients take no other. */
function idOf(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
