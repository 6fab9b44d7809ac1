/** Usage of a meter, wherever it is shown. */
import { z } from 'zod';
import { Meter } from './meter.ts';
import { Id, identified } from './primitives.ts';

export const meterUsage = {
  ...identified,
  meter_id: Id,
  consumed_units: z.number().describe('In the running period.'),
  credited_units: z.int(),
};

/** Left out where the merchant has set none. */
export const thresholdsReached = {
  thresholds_reached: z.array(z.int()).optional().describe('Of the meter’s thresholds, in percent of the credits.'),
};

const soFar = { amount: z.int().describe('What the running period comes to so far, before discounts and taxes.') };

export const SubscriptionMeter = z
  .object({ ...meterUsage, ...soFar, meter: Meter })
  .meta({ id: 'SubscriptionMeter', description: 'What was used so far of what the subscription bills by.' });
export type SubscriptionMeter = z.infer<typeof SubscriptionMeter>;

export const CustomerStateSubscriptionMeter = z
  .object({ ...meterUsage, ...soFar })
  .meta({ id: 'CustomerStateSubscriptionMeter' });

export const CustomerStateMeter = z
  .object({ ...meterUsage, balance: z.number(), ...thresholdsReached })
  .meta({ id: 'CustomerStateMeter', description: 'What the customer has used and to their credit.' });
export type CustomerStateMeter = z.infer<typeof CustomerStateMeter>;
