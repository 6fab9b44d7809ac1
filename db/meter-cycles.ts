/** Where a subscription's usage is closed and billed more often than its periods are charged. */
import type { SubscriptionRow } from './entities/subscription.ts';

type Periods = Pick<SubscriptionRow, 'status' | 'currentPeriodEnd' | 'currentMeterPeriodEnd'>;

/** The end of the period that its meters count by. */
export const usageEndOf = ({ currentMeterPeriodEnd, currentPeriodEnd }: Omit<Periods, 'status'>): Date =>
  currentMeterPeriodEnd ?? currentPeriodEnd;

/** Whether the running usage is closed by a meter cycle, before the current period ends. */
export const isMeterCycleNext = (row: Periods): boolean =>
  row.status !== 'paused' && usageEndOf(row) < row.currentPeriodEnd;
