/** What products give to those who buy them, composed from the shapes of each type. */
import { z } from 'zod';
import { custom } from './benefits/custom.ts';
import { BENEFIT_SHAPES } from './benefits/index.ts';
import { licenseKeys } from './benefits/license-keys.ts';
import { meterCredit } from './benefits/meter-credit.ts';
import type { BenefitShapes } from './benefits/type.ts';
import { Metadata, MetadataInput } from './metadata.ts';
import { publicOrganization } from './organization.ts';
import { Id, identified, line, organizationIdInput } from './primitives.ts';

export const BenefitType = z.enum(BENEFIT_SHAPES.map(({ type }) => type)).meta({ id: 'BenefitType' });
export type BenefitType = z.infer<typeof BenefitType>;

/** The peer's types, to look for: of those that we don't have there are none. */
export const AnyBenefitType = z.enum([
  ...BENEFIT_SHAPES.map(({ type }) => type),
  'discord',
  'downloadables',
  'feature_flag',
  'github_repository',
  'slack_shared_channel',
]);

export const BenefitVisibility = z.enum(['draft', 'private', 'public']).meta({ id: 'BenefitVisibility' });
export type BenefitVisibility = z.infer<typeof BenefitVisibility>;

const shown = {
  ...identified,
  description: z.string(),
  selectable: z.boolean().describe('Whether it can be added to products.'),
  deletable: z.boolean(),
  is_deleted: z.boolean(),
  organization_id: Id,
};

/** As those see it who don't have it. */
export const BenefitPublic = z.object({ ...shown, type: BenefitType }).meta({ id: 'BenefitPublic' });
export type BenefitPublic = z.infer<typeof BenefitPublic>;

const benefit = <const Shapes extends BenefitShapes>({ type, properties }: Shapes) =>
  z.object({
    ...shown,
    type: z.literal<Shapes['type']>(type),
    metadata: Metadata,
    visibility: BenefitVisibility,
    visibility_configurable: z.boolean(),
    properties: properties as Shapes['properties'],
  });

const creation = <const Shapes extends BenefitShapes>({ type, propertiesInput }: Shapes) =>
  z.object({
    type: z.literal<Shapes['type']>(type),
    description: line(42, 3),
    visibility: BenefitVisibility.nullable().optional(),
    metadata: MetadataInput.default({}),
    organization_id: organizationIdInput,
    properties: propertiesInput as Shapes['propertiesInput'],
  });

const update = <const Shapes extends BenefitShapes>({ type, propertiesInput }: Shapes) =>
  z.object({
    type: z.literal<Shapes['type']>(type),
    description: line(42, 3).nullable().optional(),
    visibility: BenefitVisibility.nullable().optional(),
    metadata: MetadataInput.optional(),
    properties: (propertiesInput as Shapes['propertiesInput']).nullable().optional(),
  });

/** As its holder sees it. */
const held = <const Shapes extends BenefitShapes>({ type, holdersProperties }: Shapes) =>
  z.object({
    ...shown,
    type: z.literal<Shapes['type']>(type),
    organization: z.object(publicOrganization),
    properties: holdersProperties as Shapes['holdersProperties'],
  });

export const BenefitCustom = benefit(custom).meta({ id: 'BenefitCustom' });
export type BenefitCustom = z.infer<typeof BenefitCustom>;
export const BenefitLicenseKeys = benefit(licenseKeys).meta({ id: 'BenefitLicenseKeys' });
export type BenefitLicenseKeys = z.infer<typeof BenefitLicenseKeys>;
export const BenefitMeterCredit = benefit(meterCredit).meta({ id: 'BenefitMeterCredit' });
export type BenefitMeterCredit = z.infer<typeof BenefitMeterCredit>;
export const Benefit = z
  .discriminatedUnion('type', [BenefitCustom, BenefitLicenseKeys, BenefitMeterCredit])
  .meta({ id: 'Benefit' });
export type Benefit = z.infer<typeof Benefit>;

export const BenefitCreate = z
  .discriminatedUnion('type', [creation(custom), creation(licenseKeys), creation(meterCredit)])
  .meta({ id: 'BenefitCreate' });
export type BenefitCreate = z.infer<typeof BenefitCreate>;

export const BenefitUpdate = z
  .discriminatedUnion('type', [update(custom), update(licenseKeys), update(meterCredit)])
  .meta({ id: 'BenefitUpdate' });
export type BenefitUpdate = z.infer<typeof BenefitUpdate>;

export const CustomBenefitSubscriber = held(custom).meta({ id: 'BenefitCustomSubscriber' });
export type CustomBenefitSubscriber = z.infer<typeof CustomBenefitSubscriber>;
export const LicenseKeysBenefitSubscriber = held(licenseKeys).meta({ id: 'BenefitLicenseKeysSubscriber' });
export type LicenseKeysBenefitSubscriber = z.infer<typeof LicenseKeysBenefitSubscriber>;
export const MeterCreditBenefitSubscriber = held(meterCredit).meta({ id: 'BenefitMeterCreditSubscriber' });
export type MeterCreditBenefitSubscriber = z.infer<typeof MeterCreditBenefitSubscriber>;
