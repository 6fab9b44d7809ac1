/** What customers have used of meters and to their credit on them; of the running period. */
import { z } from 'zod';
import { Customer } from './customer.ts';
import { Meter } from './meter.ts';
import { meterUsage, thresholdsReached } from './meter-usage.ts';
import { Id, identified } from './primitives.ts';

export const CustomerMeter = z
  .object({
    ...meterUsage,
    customer_id: Id,
    balance: z.number().describe('Credited less consumed: below 0 where more was used.'),
    customer: Customer,
    meter: Meter,
    ...thresholdsReached,
  })
  .meta({ id: 'CustomerMeter' });
export type CustomerMeter = z.infer<typeof CustomerMeter>;

const MeterName = z.object({ ...identified, name: z.string() });

export const CustomerCustomerMeter = z
  .object({
    ...meterUsage,
    customer_id: Id,
    balance: z.number(),
    meter: MeterName.meta({ id: 'CustomerCustomerMeterMeter' }),
  })
  .meta({ id: 'CustomerCustomerMeter', description: 'As its customer sees it.' });
export type CustomerCustomerMeter = z.infer<typeof CustomerCustomerMeter>;

export const CustomerSubscriptionMeter = z
  .object({
    ...meterUsage,
    amount: z.int(),
    meter: MeterName.meta({ id: 'CustomerSubscriptionMeterMeter' }),
  })
  .meta({ id: 'CustomerSubscriptionMeter', description: 'As its customer sees it.' });
export type CustomerSubscriptionMeter = z.infer<typeof CustomerSubscriptionMeter>;
