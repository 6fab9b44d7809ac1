/** Keys that customers' software shows, and the places where they are in use. */
import { z } from 'zod';
import { EmbeddedCustomer } from './customer.ts';
import { Member } from './member.ts';
import { Metadata, MetadataInput } from './metadata.ts';
import { count, Id, Instant, InstantInput, identified, line } from './primitives.ts';

export const LicenseKeyStatus = z.enum(['granted', 'revoked', 'disabled']).meta({ id: 'LicenseKeyStatus' });
export type LicenseKeyStatus = z.infer<typeof LicenseKeyStatus>;

const fields = {
  ...identified,
  organization_id: Id,
  customer_id: Id,
  customer: EmbeddedCustomer,
  member_id: Id.nullable().optional().describe('Ours: who has it by a seat; null: the customer.'),
  member: Member.nullable().optional(),
  benefit_id: Id,
  key: z.string(),
  display_key: z.string().describe('The key with all but its end hidden.'),
  status: LicenseKeyStatus,
  limit_activations: z.int().nullable(),
  usage: z.int(),
  limit_usage: z.int().nullable(),
  validations: z.int(),
  last_validated_at: Instant.nullable(),
  expires_at: Instant.nullable(),
};

const activation = { ...identified, license_key_id: Id, label: z.string(), meta: Metadata };

export const LicenseKeyActivation = z.object(activation).meta({ id: 'LicenseKeyActivation' });
export type LicenseKeyActivation = z.infer<typeof LicenseKeyActivation>;

export const LicenseKey = z.object(fields).meta({ id: 'LicenseKey' });
export type LicenseKey = z.infer<typeof LicenseKey>;

export const LicenseKeyWithActivations = z
  .object({ ...fields, activations: z.array(LicenseKeyActivation) })
  .meta({ id: 'LicenseKeyWithActivations' });
export type LicenseKeyWithActivations = z.infer<typeof LicenseKeyWithActivations>;

export const ValidatedLicenseKey = z
  .object({ ...fields, activation: LicenseKeyActivation.nullable().optional() })
  .meta({ id: 'ValidatedLicenseKey' });
export type ValidatedLicenseKey = z.infer<typeof ValidatedLicenseKey>;

export const LicenseKeyActivationWithKey = z
  .object({ ...activation, license_key: LicenseKey })
  .meta({ id: 'LicenseKeyActivationRead' });
export type LicenseKeyActivationWithKey = z.infer<typeof LicenseKeyActivationWithKey>;

export const LicenseKeyUpdate = z
  .object({
    status: LicenseKeyStatus.nullable().optional(),
    usage: count().optional(),
    limit_activations: count(1).nullable().optional(),
    limit_usage: count(1).nullable().optional(),
    expires_at: InstantInput.nullable().optional(),
  })
  .meta({ id: 'LicenseKeyUpdate' });
export type LicenseKeyUpdate = z.infer<typeof LicenseKeyUpdate>;

const named = { key: z.string().min(1).max(256), organization_id: Id };

export const LicenseKeyValidate = z
  .object({
    ...named,
    activation_id: Id.nullable().optional(),
    benefit_id: Id.nullable().optional(),
    customer_id: Id.nullable().optional(),
    increment_usage: count().nullable().optional(),
    conditions: MetadataInput.default({}).describe('Must be those of the activation.'),
  })
  .meta({ id: 'LicenseKeyValidate' });
export type LicenseKeyValidate = z.infer<typeof LicenseKeyValidate>;

export const LicenseKeyActivate = z
  .object({
    ...named,
    label: line(256),
    conditions: MetadataInput.default({}).describe('What each validation must repeat.'),
    meta: MetadataInput.default({}),
  })
  .meta({ id: 'LicenseKeyActivate' });
export type LicenseKeyActivate = z.infer<typeof LicenseKeyActivate>;

export const LicenseKeyDeactivate = z.object({ ...named, activation_id: Id }).meta({ id: 'LicenseKeyDeactivate' });
export type LicenseKeyDeactivate = z.infer<typeof LicenseKeyDeactivate>;
