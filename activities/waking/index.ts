/** Whom each topic of the outbox wakes. */
import type { OutboxTopic } from '../../db/outbox.ts';
import { tryCards } from './cards.ts';
import { startCheckouts } from './checkouts.ts';
import { startDocuments } from './documents.ts';
import { startEmails } from './emails.ts';
import { wakeGrants } from './grants.ts';
import { wakeCustomerLevels, wakeMeterLevels } from './levels.ts';
import { startMeterBackfills } from './meter-backfills.ts';
import { tellOfProcessorEvents } from './processor-events.ts';
import { startProcessorFees } from './processor-fees.ts';
import { startTaxRecords } from './tax-records.ts';
import type { Waker } from './wake.ts';
import { wakeEndpoints, wakeRedeliveries, wakeRetries } from './webhooks.ts';

export const WAKERS: Readonly<Record<OutboxTopic, Waker>> = {
  webhooks: wakeEndpoints,
  webhook_retry: wakeRetries,
  webhook_redelivery: wakeRedeliveries,
  grant: wakeGrants,
  checkout: startCheckouts,
  processor_event: tellOfProcessorEvents,
  processor_fee: startProcessorFees,
  email: startEmails,
  document: startDocuments,
  tax_record: startTaxRecords,
  meter_backfill: startMeterBackfills,
  customer_levels: wakeCustomerLevels,
  meter_levels: wakeMeterLevels,
  customer_card: tryCards,
};
