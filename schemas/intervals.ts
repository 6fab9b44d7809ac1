/** How often something recurs, and how prices treat tax. */
import { z } from 'zod';

export const RecurringInterval = z.enum(['day', 'week', 'month', 'year']).meta({ id: 'RecurringInterval' });
export type RecurringInterval = z.infer<typeof RecurringInterval>;

/** Fields of a trial on whatever may offer one; the unit and the count go together. */
export const trial = {
  trial_interval: RecurringInterval.nullable(),
  trial_interval_count: z.int().nullable(),
};

export const trialInput = {
  trial_interval: RecurringInterval.nullable().optional(),
  trial_interval_count: z.int().min(1).max(1000).nullable().optional(),
};

/** Whether a new thing's trial has both halves, or neither. */
export function hasWholeTrial(asked: { trial_interval?: unknown; trial_interval_count?: unknown }): boolean {
  return ((asked.trial_interval ?? null) === null) === ((asked.trial_interval_count ?? null) === null);
}

export const WHOLE_TRIAL = {
  path: ['trial_interval_count'],
  message: 'A trial needs both an interval and a count.',
};

export const TaxBehaviorOption = z.enum(['location', 'inclusive', 'exclusive']).meta({ id: 'TaxBehaviorOption' });
export type TaxBehaviorOption = z.infer<typeof TaxBehaviorOption>;

export const ProrationBehavior = z
  .enum(['invoice', 'prorate', 'next_period', 'reset'])
  .meta({ id: 'SubscriptionProrationBehavior' });
export type ProrationBehavior = z.infer<typeof ProrationBehavior>;
