/** Units of a meter that cost nothing. */
import { z } from 'zod';
import { count, Id } from '../primitives.ts';
import type { BenefitShapes } from './type.ts';

export const BenefitMeterCreditProperties = z
  .object({
    units: z.int(),
    rollover: z.boolean().describe('Whether what is unused at the end of a period is kept for the next one.'),
    meter_id: Id,
  })
  .meta({ id: 'BenefitMeterCreditProperties' });
export type BenefitMeterCreditProperties = z.infer<typeof BenefitMeterCreditProperties>;

export const BenefitMeterCreditPropertiesInput = z
  .object({ units: count(1), rollover: z.boolean(), meter_id: Id })
  .meta({ id: 'BenefitMeterCreditPropertiesInput' });
export type BenefitMeterCreditPropertiesInput = z.infer<typeof BenefitMeterCreditPropertiesInput>;

export const BenefitGrantMeterCreditProperties = z
  .object({
    last_credited_meter_id: Id.optional(),
    last_credited_units: z.int().optional(),
    last_credited_at: z.string().optional(),
  })
  .meta({ id: 'BenefitGrantMeterCreditProperties' });
export type BenefitGrantMeterCreditProperties = z.infer<typeof BenefitGrantMeterCreditProperties>;

export const meterCredit = {
  type: 'meter_credit',
  properties: BenefitMeterCreditProperties,
  propertiesInput: BenefitMeterCreditPropertiesInput,
  holdersProperties: BenefitMeterCreditProperties,
  grantProperties: BenefitGrantMeterCreditProperties,
} as const satisfies BenefitShapes;
