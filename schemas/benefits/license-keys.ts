/** A key that the holder's software shows. */
import { z } from 'zod';
import { count, Id } from '../primitives.ts';
import type { BenefitShapes } from './type.ts';

export const LicenseKeyExpiration = z
  .object({ ttl: z.int(), timeframe: z.enum(['year', 'month', 'day']) })
  .meta({ id: 'BenefitLicenseKeyExpirationProperties', description: 'How long after being granted a key ends.' });
export type LicenseKeyExpiration = z.infer<typeof LicenseKeyExpiration>;

export const BenefitLicenseKeysProperties = z
  .object({
    prefix: z.string().nullable(),
    expires: LicenseKeyExpiration.nullable(),
    activations: z
      .object({ limit: z.int(), enable_customer_admin: z.boolean() })
      .nullable()
      .describe(
        'How many places may use a key at a time, and whether the portal’s page lets the holder free one. Software that has ' +
          'the key may in any case.',
      ),
    limit_usage: z.int().nullable(),
  })
  .meta({ id: 'BenefitLicenseKeysProperties' });
export type BenefitLicenseKeysProperties = z.infer<typeof BenefitLicenseKeysProperties>;

/** The longest life that dates can hold, in years and in days. */
const LONGEST_TTL = { year: 1_000, month: 12_000, day: 365_000 } as const;

export const BenefitLicenseKeysPropertiesInput = z
  .object({
    prefix: z.string().trim().max(64).nullable().default(null),
    expires: z
      .object({ ttl: count(1), timeframe: z.enum(['year', 'month', 'day']) })
      .refine(({ ttl, timeframe }) => ttl <= LONGEST_TTL[timeframe], { path: ['ttl'], message: 'Too long' })
      .nullable()
      .default(null),
    activations: z
      .object({ limit: count(1), enable_customer_admin: z.boolean() })
      .nullable()
      .default(null),
    limit_usage: count(1).nullable().default(null),
  })
  .meta({ id: 'BenefitLicenseKeysPropertiesInput' });
export type BenefitLicenseKeysPropertiesInput = z.infer<typeof BenefitLicenseKeysPropertiesInput>;

export const BenefitGrantLicenseKeysProperties = z
  .object({ license_key_id: Id.optional(), display_key: z.string().optional() })
  .meta({ id: 'BenefitGrantLicenseKeysProperties' });
export type BenefitGrantLicenseKeysProperties = z.infer<typeof BenefitGrantLicenseKeysProperties>;

export const licenseKeys = {
  type: 'license_keys',
  properties: BenefitLicenseKeysProperties,
  propertiesInput: BenefitLicenseKeysPropertiesInput,
  holdersProperties: BenefitLicenseKeysProperties,
  grantProperties: BenefitGrantLicenseKeysProperties,
} as const satisfies BenefitShapes;
