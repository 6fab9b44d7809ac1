/**
 * Organizations' access tokens, looked up for many requests together: while one query is under way, those that come in
 * wait for the next. No answer is older than the request that it is for, so that what is revoked ends at once.
 */
import type { OrganizationId } from '../billing/ids.ts';
import type { EntityManager } from '../db/orm.ts';

export interface AccessTokenRow {
  readonly hash: string;
  readonly id: string;
  readonly organizationId: OrganizationId;
  readonly scopes: readonly string[];
  /** ms since 1970. */
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
}

interface Waiting {
  readonly hash: string;
  readonly resolve: (row: AccessTokenRow | undefined) => void;
  readonly reject: (error: unknown) => void;
}

const BY_HASH = {
  name: 'access-tokens',
  text: `select token_hash as hash, id, organization_id as "organizationId", scopes,
    (extract(epoch from expires_at) * 1000)::float8 as "expiresAt",
    (extract(epoch from last_used_at) * 1000)::float8 as "lastUsedAt"
    from access_tokens where token_hash = any($1)`,
};

type Connection = ReturnType<EntityManager['getConnection']>;

class AccessTokens {
  private readonly connection: Connection;
  private waiting: Waiting[] = [];
  private isUnderWay = false;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  find(hash: string): Promise<AccessTokenRow | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ hash, resolve, reject });
      if (!this.isUnderWay) void this.findWaiting();
    });
  }

  private async findWaiting(): Promise<void> {
    this.isUnderWay = true;
    while (this.waiting.length > 0) {
      const waiting = this.waiting.splice(0);
      try {
        // Past the ORM, which has no prepared statements: every request pays for this query.
        const pool = await this.connection.getNativeClient();
        const { rows } = await pool.query<AccessTokenRow>({ ...BY_HASH, values: [waiting.map(({ hash }) => hash)] });
        const found = new Map(rows.map((row) => [row.hash, row]));
        for (const { hash, resolve } of waiting) resolve(found.get(hash));
      } catch (error) {
        for (const { reject } of waiting) reject(error);
      }
    }
    this.isUnderWay = false;
  }
}

const ofConnections = new WeakMap<Connection, AccessTokens>();

/** Undefined where there is none; it may have expired. */
export function accessTokenOf(em: EntityManager, hash: string): Promise<AccessTokenRow | undefined> {
  const connection = em.getConnection();
  const tokens = ofConnections.get(connection) ?? new AccessTokens(connection);
  ofConnections.set(connection, tokens);
  return tokens.find(hash);
}
