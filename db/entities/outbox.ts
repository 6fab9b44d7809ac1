import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { instant } from './columns.ts';

export const OUTBOX_TOPICS = [
  'webhooks',
  'webhook_retry',
  'webhook_redelivery',
  'grant',
  'checkout',
  'processor_event',
  'processor_fee',
  'email',
  'document',
  'tax_record',
  'meter_backfill',
  'customer_levels',
  'meter_levels',
  'customer_card',
] as const;

/**
 * A process to wake, written in the transaction that made it necessary. The worker's relay starts or signals the
 * workflow and deletes the row; doing so twice does no harm.
 */
export const OutboxMessage = defineEntity({
  name: 'OutboxMessage',
  tableName: 'outbox',
  properties: {
    id: p.bigint('number').primary().autoincrement(),
    topic: p.enum(OUTBOX_TOPICS),
    /**
     * The endpoint, webhook event, grant, checkout, processor event, payment, e-mail, document, order, meter or customer that
     * it is about; where a card was chosen, the customer and an id of that choice.
     */
    subjectId: p.text(),
    /** How often it could not be relayed. */
    attempts: p.integer().default(0),
    /** Not relayed before; null: at once. */
    nextTryAt: instant().nullable(),
  },
});
export type OutboxMessageRow = InferEntity<typeof OutboxMessage>;

/** An event of the processor, kept by its id so that the second copy of it changes nothing. */
export const ProcessorEvent = defineEntity({
  name: 'ProcessorEvent',
  tableName: 'processor_events',
  properties: {
    /** `evt_…` */
    id: p.text().primary(),
    type: p.text(),
    /** `pi_…`, `seti_…`: the object it is about, which is read afresh rather than trusted from the event. */
    objectId: p.text(),
    /** The workflow that the object's metadata names, if any. */
    workflowId: p.text().nullable(),
    receivedAt: p.datetime(3),
  },
});
