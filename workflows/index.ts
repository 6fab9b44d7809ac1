/** Every process, by the name under which it is started. This is what the worker bundles; export nothing else. */

export { cardExpiry } from './card-expiry.ts';
export { cardSetup } from './card-setup.ts';
export { checkInvariants } from './check-invariants.ts';
export { checkout } from './checkout.ts';
export { document } from './document.ts';
export { email } from './email.ts';
export { eventPartitions } from './event-partitions.ts';
export { eventStore } from './event-store.ts';
export { grant } from './grant.ts';
export { customerLevels, meterLevels } from './levels.ts';
export { meterBackfill } from './meter-backfill.ts';
export { newCard } from './new-card.ts';
export { order } from './order.ts';
export { processorFee } from './processor-fee.ts';
export { retention } from './retention.ts';
export { subscription } from './subscription.ts';
export { sweep } from './sweep.ts';
export { taxRecord } from './tax-record.ts';
export { testClock } from './test-clock.ts';
export { webhookDelivery } from './webhook-delivery.ts';
export { webhookEndpoint } from './webhook-endpoint.ts';
export { webhookRetention } from './webhook-retention.ts';
