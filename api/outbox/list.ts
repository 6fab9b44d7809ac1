/** The e-mails that were written, newest first, a page at a time; of one recipient where one is asked for. */
import { createElement as h, type ReactNode } from 'react';
import { Email, type EmailRow } from '../../db/entities/email.ts';
import type { EntityManager } from '../../db/orm.ts';
import { containing } from '../../db/search.ts';
import { moment, OUTBOX, page } from './shell.ts';

const SIZE = 25;

export interface Asked {
  /** Part of an address; empty: all. */
  readonly to: string;
  /** 1 is the newest. */
  readonly page: number;
}

export async function listPage(em: EntityManager, asked: Asked): Promise<string> {
  const where = asked.to === '' ? {} : { recipient: containing(asked.to) };
  const order = { orderBy: { position: 'desc' }, limit: SIZE, offset: (asked.page - 1) * SIZE } as const;
  const [emails, count] = await em.findAndCount(Email, where, { ...order, populate: ['organization'] });
  return page(
    'E-mails',
    h('h1', null, 'E-mails'),
    h(
      'p',
      { className: 'soft' },
      'All that was written here, newest first. Dates are those of the customer’s clock, in UTC.',
    ),
    filter(asked),
    emails.length === 0 ? empty(asked) : h('ul', null, ...emails.map((email) => item(email as EmailRow))),
    pager(asked, Math.ceil(count / SIZE)),
  );
}

function filter({ to }: Asked): ReactNode {
  return h(
    'form',
    { className: 'row', method: 'get', action: OUTBOX },
    h('label', { htmlFor: 'to' }, 'Recipient'),
    h('input', { id: 'to', name: 'to', type: 'search', defaultValue: to, placeholder: 'ada@example.com' }),
    h('button', { type: 'submit' }, 'Show'),
    to === '' ? null : h('a', { href: OUTBOX }, 'Show all'),
  );
}

function empty({ to, page: number }: Asked): ReactNode {
  const words = to === '' && number === 1 ? 'Nothing has been written yet.' : 'Nothing was found.';
  return h(
    'div',
    { className: 'empty' },
    h('p', null, words),
    h('p', { className: 'soft' }, 'Buy something in the shop: its confirmation appears here.'),
  );
}

function item({ id, subject, recipient, kind, createdAt, organization }: EmailRow): ReactNode {
  return h(
    'li',
    { key: id },
    h(
      'a',
      { href: `${OUTBOX}/${id}` },
      h('strong', null, subject),
      h('span', { className: 'soft' }, moment(createdAt)),
      h('span', { className: 'soft' }, `${organization.name} to ${recipient}`),
      h('span', { className: 'soft' }, kind),
    ),
  );
}

function pager({ to, page: number }: Asked, pages: number): ReactNode {
  if (pages <= 1) return null;
  const href = (other: number) => `${OUTBOX}?${new URLSearchParams({ page: String(other), ...(to && { to }) })}`;
  return h(
    'nav',
    { className: 'row', 'aria-label': 'Pages' },
    number > 1 ? h('a', { href: href(number - 1) }, 'Newer') : null,
    h('span', { className: 'soft' }, `Page ${number} of ${pages}`),
    number < pages ? h('a', { href: href(number + 1) }, 'Older') : null,
  );
}
