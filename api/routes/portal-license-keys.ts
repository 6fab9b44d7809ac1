/** License keys, for the customer in their portal, and for software in the hands of customers, which has no token. */
import type { FilterQuery } from '@mikro-orm/core';
import { z } from 'zod';
import type { BenefitId, LicenseKeyId, OrganizationId } from '../../billing/ids.ts';
import { LicenseKey, LicenseKeyActivation, type LicenseKeyRow } from '../../db/entities/license-key.ts';
import { heldByPerson } from '../../db/grant-holders.ts';
import { activationView, LICENSE_KEY_POPULATE, portalLicenseKeyView } from '../../db/views/license-key.ts';
import {
  LicenseKeyActivate,
  LicenseKeyActivationWithKey,
  LicenseKeyDeactivate,
  LicenseKey as LicenseKeySchema,
  LicenseKeyValidate,
  LicenseKeyWithActivations,
  ValidatedLicenseKey,
} from '../../schemas/license-key.ts';
import { Pagination, page, paginated } from '../../schemas/pagination.ts';
import { notFound } from '../errors.ts';
import { askedPublicly } from '../license-keys/limits.ts';
import { activateKey, deactivateKey, validateKey } from '../license-keys/use.ts';
import { route } from '../route.ts';

const tag = 'Customer portal';

export const listMyLicenseKeys = route({
  method: 'get',
  path: '/v1/customer-portal/license-keys/',
  summary: 'List license keys',
  description: 'Your own. Of the customer, plain members of a team don’t see what is needed for billing alone.',
  tag,
  auth: 'customer',
  forMembers: true,
  query: Pagination.extend({ benefit_id: z.uuid().optional() }),
  response: paginated(LicenseKeySchema),
  async handle({ query, customer, person, em }) {
    const where: FilterQuery<LicenseKeyRow>[] = [{ customer: customer.id, grant: heldByPerson(customer.id, person) }];
    if (query.benefit_id) where.push({ benefit: query.benefit_id as BenefitId });
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
    return page(
      rows.map((row) => portalLicenseKeyView(row, person)),
      total,
      query,
    );
  },
});

export const getMyLicenseKey = route({
  method: 'get',
  path: '/v1/customer-portal/license-keys/{id}',
  summary: 'Get a license key',
  tag,
  auth: 'customer',
  forMembers: true,
  params: z.object({ id: z.uuid() }),
  response: LicenseKeyWithActivations,
  errors: [404],
  async handle({ params, customer, person, em }) {
    const id = params.id as LicenseKeyId;
    const wanted = { id, customer: customer.id, grant: heldByPerson(customer.id, person) };
    const key = await em.findOne(LicenseKey, wanted, { populate: LICENSE_KEY_POPULATE });
    if (key === null) throw notFound();
    const activations = await em.find(
      LicenseKeyActivation,
      { licenseKey: key.id, deletedAt: null },
      { orderBy: { createdAt: 'asc', id: 'asc' } },
    );
    return { ...portalLicenseKeyView(key, person), activations: activations.map(activationView) };
  },
});

export const validatePublicly = route({
  method: 'post',
  path: '/v1/customer-portal/license-keys/validate',
  summary: 'Validate a license key',
  description:
    'Without a token, for software in the hands of customers. 404 where the key may not be used. Whoever has the key sees ' +
    'neither what the customer is billed by nor the merchant’s metadata: validate with a token for those.',
  tag,
  auth: 'public',
  body: LicenseKeyValidate,
  response: ValidatedLicenseKey,
  errors: [404, 429],
  async handle({ body, em, request }) {
    await askedPublicly.count(body.key, request.ip);
    const organization = body.organization_id as OrganizationId;
    const { key, activation } = await validateKey(em, organization, body, request.at);
    return { ...portalLicenseKeyView(key, null), activation: activation === null ? null : activationView(activation) };
  },
});

export const activatePublicly = route({
  method: 'post',
  path: '/v1/customer-portal/license-keys/activate',
  summary: 'Activate a license key',
  description: 'Without a token, for software in the hands of customers.',
  tag,
  auth: 'public',
  body: LicenseKeyActivate,
  response: LicenseKeyActivationWithKey,
  errors: [403, 404, 429],
  async handle({ body, em, request }) {
    await askedPublicly.count(body.key, request.ip);
    const activation = await activateKey(em, body.organization_id as OrganizationId, body, request.at);
    return { ...activationView(activation), license_key: portalLicenseKeyView(activation.licenseKey, null) };
  },
});

export const deactivatePublicly = route({
  method: 'post',
  path: '/v1/customer-portal/license-keys/deactivate',
  summary: 'Deactivate a license key',
  description: 'Without a token, for software in the hands of customers.',
  tag,
  auth: 'public',
  body: LicenseKeyDeactivate,
  response: z.void(),
  status: 204,
  errors: [404, 429],
  async handle({ body, em, request }) {
    await askedPublicly.count(body.key, request.ip);
    await deactivateKey(em, body.organization_id as OrganizationId, body, request.at);
  },
});

export const portalLicenseKeyRoutes = [
  listMyLicenseKeys,
  getMyLicenseKey,
  validatePublicly,
  activatePublicly,
  deactivatePublicly,
];
