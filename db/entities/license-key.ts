import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { LicenseKeyId } from '../../billing/ids.ts';
import { Benefit } from './benefit.ts';
import { BenefitGrant } from './benefit-grant.ts';
import { instant, type Metadata, timestamps } from './columns.ts';
import { Customer } from './customer.ts';
import { Organization } from './organization.ts';

/** A key that a customer's software shows to prove it was bought. */
export const LicenseKey = defineEntity({
  name: 'LicenseKey',
  tableName: 'license_keys',
  properties: {
    id: p.uuid().$type<LicenseKeyId>().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    customer: () => p.manyToOne(Customer),
    benefit: () => p.manyToOne(Benefit),
    /** One key a grant, whatever is repeated. */
    grant: () => p.manyToOne(BenefitGrant).unique(),
    key: p.text(),
    status: p.enum(['granted', 'revoked', 'disabled']).default('granted'),
    limitActivations: p.integer().nullable(),
    limitUsage: p.integer().nullable(),
    usage: p.integer().default(0),
    validations: p.integer().default(0),
    lastValidatedAt: instant().nullable(),
    expiresAt: instant().nullable(),
  },
  uniques: [{ properties: ['organization', 'key'] }],
  indexes: [{ properties: ['customer'] }],
});
export type LicenseKeyRow = InferEntity<typeof LicenseKey>;

/** A place where a key is in use, such as a device. */
export const LicenseKeyActivation = defineEntity({
  name: 'LicenseKeyActivation',
  tableName: 'license_key_activations',
  properties: {
    id: p.uuid().primary(),
    ...timestamps(),
    licenseKey: () => p.manyToOne(LicenseKey),
    label: p.text(),
    /** A validation must repeat them when they are set. */
    conditions: p.json<Metadata>().defaultRaw(`'{}'`),
    meta: p.json<Metadata>().defaultRaw(`'{}'`),
    deletedAt: instant().nullable(),
  },
  indexes: [{ properties: ['licenseKey'] }],
});
export type LicenseKeyActivationRow = InferEntity<typeof LicenseKeyActivation>;
