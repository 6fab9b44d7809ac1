/** Who buys. */
import { z } from 'zod';
import { Address, AddressInput } from './address.ts';
import { BenefitType } from './benefit.ts';
import { GrantProperties } from './benefits/grant-properties.ts';
import { RecurringInterval } from './intervals.ts';
import { Metadata, MetadataInput } from './metadata.ts';
import { CustomerStateMeter, CustomerStateSubscriptionMeter } from './meter-usage.ts';
import {
  CustomFieldData,
  EmailInput,
  Id,
  Instant,
  identified,
  LocaleInput,
  optionalLine,
  organizationIdInput,
} from './primitives.ts';

export const CustomerType = z.enum(['individual', 'team']).meta({ id: 'CustomerType' });
export type CustomerType = z.infer<typeof CustomerType>;

/** A tax number with its kind, such as `eu_vat`. */
export const TaxId = z.tuple([z.string(), z.string()]);

const fields = {
  ...identified,
  metadata: Metadata,
  external_id: z.string().nullable().optional().describe('Their id in the merchant’s own system.'),
  email_verified: z.boolean(),
  name: z.string().nullable(),
  billing_name: z.string().nullable(),
  billing_address: Address.nullable(),
  tax_id: TaxId.nullable(),
  locale: z.string().nullable().optional(),
  organization_id: Id,
  default_payment_method_id: Id.nullable().optional(),
  deleted_at: Instant.nullable(),
  first_user_event_at: Instant.nullable(),
  avatar_url: z.string().nullable(),
  test_clock_id: Id.nullable().optional().describe('Set: the customer lives on that test clock.'),
};

const individual = { ...fields, type: z.literal('individual'), email: z.string() };
const team = { ...fields, type: z.literal('team'), email: z.string().nullable().optional() };

export const CustomerIndividual = z.object(individual).meta({ id: 'CustomerIndividual' });
export type CustomerIndividual = z.infer<typeof CustomerIndividual>;
export const CustomerTeam = z.object(team).meta({ id: 'CustomerTeam' });
export type CustomerTeam = z.infer<typeof CustomerTeam>;
export const Customer = z.discriminatedUnion('type', [CustomerIndividual, CustomerTeam]).meta({ id: 'Customer' });
export type Customer = z.infer<typeof Customer>;

/** As part of what they bought. */
export const EmbeddedCustomer = z
  .object({ ...fields, type: CustomerType, email: z.string().nullable().optional() })
  .meta({ id: 'EmbeddedCustomer' });
export type EmbeddedCustomer = z.infer<typeof EmbeddedCustomer>;

const settable = {
  name: optionalLine(256),
  billing_address: AddressInput.nullable().optional(),
  tax_id: optionalLine(64),
  locale: LocaleInput.nullable().optional(),
};

const created = {
  ...settable,
  external_id: optionalLine(256),
  organization_id: organizationIdInput,
  metadata: MetadataInput.default({}),
  owner: z
    .object({ email: EmailInput, name: optionalLine(256), external_id: optionalLine(256) })
    .nullable()
    .optional(),
  test_clock_id: Id.nullable().optional().describe('The test clock to live on, for good.'),
};

export const CustomerIndividualCreate = z
  .object({ ...created, type: z.literal('individual').default('individual'), email: EmailInput })
  .meta({ id: 'CustomerIndividualCreate' });
export type CustomerIndividualCreate = z.infer<typeof CustomerIndividualCreate>;

export const CustomerTeamCreate = z
  .object({ ...created, type: z.literal('team'), email: EmailInput.nullable().optional() })
  .meta({ id: 'CustomerTeamCreate' });
export type CustomerTeamCreate = z.infer<typeof CustomerTeamCreate>;

export const CustomerCreate = z.union([CustomerIndividualCreate, CustomerTeamCreate]).meta({ id: 'CustomerCreate' });
export type CustomerCreate = z.infer<typeof CustomerCreate>;

/** For a customer named by their external id, which stays. */
export const CustomerUpdateExternalId = z
  .object({ ...settable, email: EmailInput.nullable().optional(), metadata: MetadataInput.optional() })
  .meta({ id: 'CustomerUpdateExternalID' });
export type CustomerUpdateExternalId = z.infer<typeof CustomerUpdateExternalId>;

export const CustomerUpdate = z
  .object({
    ...CustomerUpdateExternalId.shape,
    external_id: optionalLine(256).describe('Once set, it stays.'),
    type: CustomerType.nullable().optional(),
  })
  .meta({ id: 'CustomerUpdate' });
export type CustomerUpdate = z.infer<typeof CustomerUpdate>;

export const CustomerStateSubscription = z
  .object({
    ...identified,
    custom_field_data: CustomFieldData.optional(),
    metadata: Metadata,
    status: z.enum(['active', 'trialing']),
    amount: z.int(),
    currency: z.string(),
    recurring_interval: RecurringInterval,
    current_period_start: Instant,
    current_period_end: Instant,
    trial_start: Instant.nullable(),
    trial_end: Instant.nullable(),
    cancel_at_period_end: z.boolean(),
    canceled_at: Instant.nullable(),
    started_at: Instant.nullable(),
    ends_at: Instant.nullable(),
    product_id: Id,
    discount_id: Id.nullable(),
    meters: z.array(CustomerStateSubscriptionMeter),
  })
  .meta({ id: 'CustomerStateSubscription' });
export type CustomerStateSubscription = z.infer<typeof CustomerStateSubscription>;

export const CustomerStateBenefitGrant = z
  .object({
    ...identified,
    granted_at: Instant,
    benefit_id: Id,
    benefit_type: BenefitType,
    benefit_metadata: Metadata,
    properties: GrantProperties,
  })
  .meta({ id: 'CustomerStateBenefitGrant' });
export type CustomerStateBenefitGrant = z.infer<typeof CustomerStateBenefitGrant>;

const state = {
  active_subscriptions: z.array(CustomerStateSubscription),
  granted_benefits: z.array(CustomerStateBenefitGrant),
  active_meters: z.array(CustomerStateMeter),
};

export const CustomerState = z
  .discriminatedUnion('type', [z.object({ ...individual, ...state }), z.object({ ...team, ...state })])
  .meta({ id: 'CustomerState', description: 'The customer with all that they may use at the moment.' });
export type CustomerState = z.infer<typeof CustomerState>;
