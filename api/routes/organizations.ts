/** Merchants. A new one is made by the operator; its own tokens read and change it. */
import { randomUUID } from 'node:crypto';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { z } from 'zod';
import type { OrganizationId } from '../../billing/ids.ts';
import { Organization, type OrganizationRow } from '../../db/entities/organization.ts';
import { emit } from '../../db/events.ts';
import { organizationView } from '../../db/views/organization.ts';
import {
  OrganizationCreate,
  Organization as OrganizationSchema,
  OrganizationUpdate,
} from '../../schemas/organization.ts';
import { Pagination, page, paginated, sorting } from '../../schemas/pagination.ts';
import { invalid, notFound } from '../errors.ts';
import { EMAIL_DEFAULTS, invoicePrefixOf, PORTAL_DEFAULTS, SUBSCRIPTION_DEFAULTS } from '../organizations/defaults.ts';
import { registrationsFrom } from '../organizations/registrations.ts';
import { route } from '../route.ts';

const tag = 'Organizations';
const params = z.object({ id: z.uuid() });

export const listOrganizations = route({
  method: 'get',
  path: '/v1/organizations/',
  summary: 'List organizations',
  description: 'Those of the token: one.',
  tag,
  scopes: ['organizations:read', 'organizations:write'],
  query: Pagination.extend({
    slug: z.string().max(64).optional(),
    // One organization is in every order.
    sorting: sorting(['created_at', 'slug', 'name', 'next_review_threshold', 'days_in_status'], []),
  }),
  response: paginated(OrganizationSchema),
  async handle({ query, organization, em }) {
    const where = { id: organization, ...(query.slug === undefined ? {} : { slug: query.slug }) };
    const [rows, total] = await em.findAndCount(Organization, where, {
      limit: query.limit,
      offset: (query.page - 1) * query.limit,
    });
    return page(rows.map(organizationView), total, query);
  },
});

export const createOrganization = route({
  method: 'post',
  path: '/v1/organizations/',
  summary: 'Create an organization',
  description: 'With the operator’s token. Give it a token of its own next.',
  tag,
  auth: 'operator',
  body: OrganizationCreate,
  response: OrganizationSchema,
  status: 201,
  async handle({ body, em, request }) {
    const row = em.create(Organization, {
      id: randomUUID() as OrganizationId,
      createdAt: request.at,
      name: body.name,
      slug: body.slug,
      avatarUrl: body.avatar_url ?? null,
      email: body.email ?? null,
      website: body.website ?? null,
      country: body.country ?? null,
      socials: body.socials ?? [],
      embedHosts: body.embed_hosts ?? [],
      defaultPresentmentCurrency: body.default_presentment_currency,
      defaultTaxBehavior: body.default_tax_behavior,
      taxRegistrations: registrationsFrom(body.tax_registrations ?? []),
      subscriptionSettings: body.subscription_settings ?? SUBSCRIPTION_DEFAULTS,
      customerEmailSettings: body.customer_email_settings ?? EMAIL_DEFAULTS,
      customerPortalSettings: body.customer_portal_settings ?? PORTAL_DEFAULTS,
      featureSettings: body.feature_settings ?? {},
      invoicePrefix: invoicePrefixOf(body.slug),
      invoiceNumbering: body.invoice_numbering ?? 'organization',
    });
    try {
      await em.flush();
    } catch (error) {
      if (error instanceof UniqueConstraintViolationException) {
        throw invalid(['body', 'slug'], 'An organization with this slug exists.');
      }
      throw error;
    }
    return organizationView(row);
  },
});

export const getOrganization = route({
  method: 'get',
  path: '/v1/organizations/{id}',
  summary: 'Get an organization',
  tag,
  scopes: ['organizations:read', 'organizations:write'],
  params,
  response: OrganizationSchema,
  errors: [404],
  async handle({ params, organization, em }) {
    if (params.id !== organization) throw notFound();
    return organizationView(await em.findOneOrFail(Organization, organization));
  },
});

export const updateOrganization = route({
  method: 'patch',
  path: '/v1/organizations/{id}',
  summary: 'Update an organization',
  tag,
  scopes: ['organizations:write'],
  params,
  body: OrganizationUpdate,
  response: OrganizationSchema,
  errors: [404],
  async handle({ params, body, organization, em, request }) {
    if (params.id !== organization) throw notFound();
    return em.transactional(async (tx) => {
      const row = await tx.findOneOrFail(Organization, organization);
      change(row, body);
      row.modifiedAt = request.at;
      await tx.flush();
      const event = { organizationId: organization, type: 'organization.updated' as const, at: request.at };
      await emit(tx, { ...event, data: () => organizationView(row) });
      return organizationView(row);
    });
  },
});

export const organizationRoutes = [listOrganizations, createOrganization, getOrganization, updateOrganization];

/** What is left out stays; null empties what may be empty and leaves the rest. */
function change(row: OrganizationRow, body: z.output<typeof OrganizationUpdate>): void {
  if (body.avatar_url !== undefined) row.avatarUrl = body.avatar_url;
  if (body.email !== undefined) row.email = body.email;
  if (body.website !== undefined) row.website = body.website;
  if (body.country !== undefined) row.country = body.country;
  if (body.tax_registrations) row.taxRegistrations = registrationsFrom(body.tax_registrations);
  if (body.invoice_numbering) row.invoiceNumbering = body.invoice_numbering;
  if (body.embed_hosts) row.embedHosts = body.embed_hosts;
  if (body.name) row.name = body.name;
  if (body.socials) row.socials = body.socials;
  if (body.subscription_settings) row.subscriptionSettings = body.subscription_settings;
  if (body.customer_email_settings) row.customerEmailSettings = body.customer_email_settings;
  if (body.customer_portal_settings) row.customerPortalSettings = body.customer_portal_settings;
  if (body.feature_settings) row.featureSettings = { ...row.featureSettings, ...body.feature_settings };
  if (body.default_presentment_currency) row.defaultPresentmentCurrency = body.default_presentment_currency;
  if (body.default_tax_behavior) row.defaultTaxBehavior = body.default_tax_behavior;
}
