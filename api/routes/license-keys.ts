/** License keys, for the merchant's server by token. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { BenefitId, LicenseKeyId, OrganizationId } from '../../billing/ids.ts';
import { LicenseKey, LicenseKeyActivation, type LicenseKeyRow } from '../../db/entities/license-key.ts';
import type { EntityManager } from '../../db/orm.ts';
import { activationView, LICENSE_KEY_POPULATE, licenseKeyView } from '../../db/views/license-key.ts';
import {
  LicenseKeyActivate,
  LicenseKeyActivationWithKey,
  LicenseKeyDeactivate,
  LicenseKey as LicenseKeySchema,
  LicenseKeyStatus,
  LicenseKeyUpdate,
  LicenseKeyValidate,
  LicenseKeyWithActivations,
  ValidatedLicenseKey,
} from '../../schemas/license-key.ts';
import { Pagination, page, paginated } from '../../schemas/pagination.ts';
import { oneOrMany } from '../../schemas/query.ts';
import { notFound } from '../errors.ts';
import { activateKey, deactivateKey, validateKey } from '../license-keys/use.ts';
import { within } from '../organizations/named.ts';
import { route } from '../route.ts';

const tag = 'License keys';
const params = z.object({ id: z.uuid() });
const reading = ['license_keys:read', 'license_keys:write'] as const;

export const listLicenseKeys = route({
  method: 'get',
  path: '/v1/license-keys/',
  summary: 'List license keys',
  tag,
  scopes: reading,
  query: Pagination.extend({
    organization_id: oneOrMany(z.uuid()),
    benefit_id: oneOrMany(z.uuid()),
    status: oneOrMany(LicenseKeyStatus),
  }),
  response: paginated(LicenseKeySchema),
  async handle({ query, organization, em }) {
    const where: FilterQuery<LicenseKeyRow>[] = [within(organization, query.organization_id)];
    if (query.benefit_id) where.push({ benefit: { $in: query.benefit_id as BenefitId[] } });
    if (query.status) where.push({ status: { $in: query.status } });
    const [rows, total] = await em.findAndCount(
      LicenseKey,
      { $and: where },
      {
        populate: LICENSE_KEY_POPULATE,
        limit: query.limit,
        offset: (query.page - 1) * query.limit,
        orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
      },
    );
    return page(rows.map(licenseKeyView), total, query);
  },
});

export const getLicenseKey = route({
  method: 'get',
  path: '/v1/license-keys/{id}',
  summary: 'Get a license key',
  description: 'With the places where it is in use.',
  tag,
  scopes: reading,
  params,
  response: LicenseKeyWithActivations,
  errors: [404],
  async handle({ params, organization, em }) {
    const key = await owned(em, organization, params.id);
    const activations = await em.find(
      LicenseKeyActivation,
      { licenseKey: key.id, deletedAt: null },
      { orderBy: { createdAt: 'asc', id: 'asc' } },
    );
    return { ...licenseKeyView(key), activations: activations.map(activationView) };
  },
});

export const updateLicenseKey = route({
  method: 'patch',
  path: '/v1/license-keys/{id}',
  summary: 'Update a license key',
  tag,
  scopes: ['license_keys:write'],
  params,
  body: LicenseKeyUpdate,
  response: LicenseKeySchema,
  errors: [404],
  async handle({ params, body, organization, em, request }) {
    const key = await owned(em, organization, params.id);
    if (body.status) key.status = body.status;
    if (body.usage !== undefined) key.usage = body.usage;
    if (body.limit_activations !== undefined) key.limitActivations = body.limit_activations;
    if (body.limit_usage !== undefined) key.limitUsage = body.limit_usage;
    if (body.expires_at !== undefined) key.expiresAt = body.expires_at === null ? null : new Date(body.expires_at);
    key.modifiedAt = request.at;
    await em.flush();
    return licenseKeyView(key);
  },
});

export const getActivation = route({
  method: 'get',
  path: '/v1/license-keys/{id}/activations/{activation_id}',
  summary: 'Get an activation',
  tag,
  scopes: reading,
  params: z.object({ id: z.uuid(), activation_id: z.uuid() }),
  response: LicenseKeyActivationWithKey,
  errors: [404],
  async handle({ params, organization, em }) {
    const key = await owned(em, organization, params.id);
    const activation = await em.findOne(LicenseKeyActivation, {
      id: params.activation_id,
      licenseKey: key.id,
      deletedAt: null,
    });
    if (activation === null) throw notFound();
    return { ...activationView(activation), license_key: licenseKeyView(key) };
  },
});

export const validateLicenseKey = route({
  method: 'post',
  path: '/v1/license-keys/validate',
  summary: 'Validate a license key',
  description: 'Answers with the key where it may be used now; 404 otherwise.',
  tag,
  scopes: ['license_keys:write'],
  body: LicenseKeyValidate,
  response: ValidatedLicenseKey,
  errors: [404],
  async handle({ body, organization, em, request }) {
    refuseForeign(body.organization_id, organization);
    const { key, activation } = await validateKey(em, organization, body, request.at);
    return { ...licenseKeyView(key), activation: activation === null ? null : activationView(activation) };
  },
});

export const activateLicenseKey = route({
  method: 'post',
  path: '/v1/license-keys/activate',
  summary: 'Activate a license key',
  description: 'Takes one of its activations, for a device say.',
  tag,
  scopes: ['license_keys:write'],
  body: LicenseKeyActivate,
  response: LicenseKeyActivationWithKey,
  errors: [403, 404],
  async handle({ body, organization, em, request }) {
    refuseForeign(body.organization_id, organization);
    const activation = await activateKey(em, organization, body, request.at);
    return { ...activationView(activation), license_key: licenseKeyView(activation.licenseKey) };
  },
});

export const deactivateLicenseKey = route({
  method: 'post',
  path: '/v1/license-keys/deactivate',
  summary: 'Deactivate a license key',
  description: 'Gives an activation back.',
  tag,
  scopes: ['license_keys:write'],
  body: LicenseKeyDeactivate,
  response: z.void(),
  status: 204,
  errors: [404],
  async handle({ body, organization, em, request }) {
    refuseForeign(body.organization_id, organization);
    await deactivateKey(em, organization, body, request.at);
  },
});

export const licenseKeyRoutes = [
  listLicenseKeys,
  getLicenseKey,
  updateLicenseKey,
  getActivation,
  validateLicenseKey,
  activateLicenseKey,
  deactivateLicenseKey,
];

async function owned(em: EntityManager, organization: OrganizationId, id: string): Promise<LicenseKeyRow> {
  const key = await em.findOne(
    LicenseKey,
    { id: id as LicenseKeyId, organization },
    { populate: LICENSE_KEY_POPULATE },
  );
  if (key === null) throw notFound();
  return key as LicenseKeyRow;
}

function refuseForeign(named: string, organization: OrganizationId): void {
  if (named !== organization) throw notFound();
}
