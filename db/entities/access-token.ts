import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { instant, timestamps } from './columns.ts';
import { Organization } from './organization.ts';

/** An organization's key to the API; only the SHA-256 of the token is kept. */
export const AccessToken = defineEntity({
  name: 'AccessToken',
  tableName: 'access_tokens',
  properties: {
    id: p.uuid().primary(),
    ...timestamps(),
    organization: () => p.manyToOne(Organization),
    comment: p.text(),
    tokenHash: p.string().length(64).unique(),
    scopes: p.array<string>(),
    expiresAt: instant().nullable(),
    lastUsedAt: instant().nullable(),
  },
});
export type AccessTokenRow = InferEntity<typeof AccessToken>;
