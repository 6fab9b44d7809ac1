/** A way to the database that can break in the worst moment, and a batch to send over it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { OrganizationId } from '../../billing/ids.ts';
import type { EventBatch } from '../../usage/new-event.ts';
import { subjectOf } from '../../usage/subjects.ts';

export interface Line {
  readonly url: string;
  readonly server: Server;
  /** The next answer to a commit is kept, the connection cut, and none is made for so many ms. */
  cut(darkFor: number): void;
  /** The next commit is kept, and the connection cut once `broken` is done with; resolves then. */
  breaks(broken: () => Promise<void>): Promise<void>;
}

export async function aLineTo(databaseUrl: string): Promise<Line> {
  const target = new URL(databaseUrl);
  let darkFor: number | null = null;
  let darkUntil = 0;
  let breaking: (() => Promise<void>) | null = null;
  const server = createServer((near) => {
    if (Date.now() < darkUntil) return void near.destroy();
    const far = connect(Number(target.port), target.hostname);
    let isCommitting = false;
    near.on('data', (data) => {
      const isCommit = data.includes('commit\0');
      if (isCommit && breaking !== null) {
        void breaking().finally(() => near.destroy());
        breaking = null;
        return;
      }
      isCommitting ||= darkFor !== null && isCommit;
      far.write(data);
    });
    far.on('data', (data) => {
      if (!isCommitting) return void near.write(data);
      darkUntil = Date.now() + (darkFor ?? 0);
      darkFor = null;
      near.destroy();
      far.destroy();
    });
    bindEnds(near, far);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    server,
    cut(ms) {
      darkFor = ms;
    },
    breaks(broken) {
      return new Promise((resolve, reject) => {
        breaking = () => broken().then(resolve, reject);
      });
    },
  };
}

function bindEnds(near: Socket, far: Socket): void {
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
}

export const aBatch = (organizationId: OrganizationId, externalId: string | null): EventBatch => ({
  organizationId,
  events: [
    {
      subject: subjectOf(organizationId, 'ann'),
      ...{ customerId: null, externalCustomerId: 'ann', memberId: null, externalMemberId: null },
      ...{ name: 'call', source: 'user', timestamp: Date.UTC(2027, 2, 1), externalId, parentId: null, metadata: {} },
    },
  ],
});
