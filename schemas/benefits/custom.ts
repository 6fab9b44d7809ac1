/** A promise that the merchant keeps by hand, with a note for those who have it. */
import { z } from 'zod';
import { prose } from '../primitives.ts';
import type { BenefitShapes } from './type.ts';

export const BenefitCustomProperties = z
  .object({ note: z.string().nullable().describe('Shown to holders only.') })
  .meta({ id: 'BenefitCustomProperties' });
export type BenefitCustomProperties = z.infer<typeof BenefitCustomProperties>;

export const BenefitCustomPropertiesInput = z
  .object({ note: prose.nullable().default(null) })
  .meta({ id: 'BenefitCustomPropertiesInput' });
export type BenefitCustomPropertiesInput = z.infer<typeof BenefitCustomPropertiesInput>;

export const BenefitGrantCustomProperties = z.object({}).meta({ id: 'BenefitGrantCustomProperties' });
export type BenefitGrantCustomProperties = z.infer<typeof BenefitGrantCustomProperties>;

export const custom = {
  type: 'custom',
  properties: BenefitCustomProperties,
  propertiesInput: BenefitCustomPropertiesInput,
  holdersProperties: BenefitCustomProperties,
  grantProperties: BenefitGrantCustomProperties,
} as const satisfies BenefitShapes;
