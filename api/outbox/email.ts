/** One e-mail of the outbox: as a page, as text, and what stands on its outside. */
import { createElement as h, type ReactNode } from 'react';
import type { Environment } from '../../config/environment.ts';
import type { EmailRow } from '../../db/entities/email.ts';
import { envelopeOf } from '../../emails/envelope.ts';
import { PORTAL_LINK, PROOF_LINK, SEAT_LINK } from '../../emails/links.ts';
import { moment, OUTBOX, page } from './shell.ts';

/** Its content may open links in other tabs, and do nothing else. */
export const FRAME_MAY = 'allow-popups allow-popups-to-escape-sandbox';

export function emailPage(email: EmailRow, environment: Environment, isNarrow: boolean): string {
  const { id, subject, html } = email;
  return page(
    subject,
    h('p', null, h('a', { href: OUTBOX }, '← All e-mails')),
    h('h1', null, subject),
    outside(email, environment),
    html ? h('h2', null, 'HTML') : null,
    html ? widths(id, isNarrow) : null,
    html
      ? h('iframe', {
          title: 'The e-mail as HTML',
          src: `${OUTBOX}/${id}/html`,
          sandbox: FRAME_MAY,
          className: isNarrow ? 'narrow' : undefined,
        })
      : null,
    h('h2', null, 'Text'),
    h('pre', null, linked(email.text, id)),
  );
}

function widths(id: string, isNarrow: boolean): ReactNode {
  const other = isNarrow ? ['', 'Show it wide'] : ['?width=narrow', 'Show it as on a telephone'];
  return h('p', { className: 'soft' }, h('a', { href: `${OUTBOX}/${id}${other[0]}` }, other[1]));
}

function outside(email: EmailRow, environment: Environment): ReactNode {
  const { id, recipient, kind, createdAt, sentAt, customer, organization } = email;
  const envelope = envelopeOf({ id, seller: customer ? organization : null }, environment);
  const lines: [string, string][] = [
    ['From', `${envelope.from.name} <${envelope.from.address}>`],
    ['To', recipient],
    ...(envelope.replyTo === null ? [] : ([['Reply-To', envelope.replyTo]] as [string, string][])),
    ['Message-ID', envelope.messageId],
    ...Object.entries(envelope.headers),
    ['Kind', kind],
    ['Written', moment(createdAt)],
    ['Sent', sentAt ? moment(sentAt) : 'Not yet; without SMTP_URL e-mails are only kept.'],
  ];
  const row = ([name, value]: [string, string]) => h('tr', { key: name }, h('th', null, name), h('td', null, value));
  return h('table', null, h('tbody', null, ...lines.map(row)));
}

/** With links that lead through the outbox, as no key stands in what is kept; in a tab of their own. */
export const htmlOf = ({ id, html }: EmailRow): string =>
  linked((html ?? '').replace('<head>', '<head><base target="_blank">'), id);

const linked = (words: string, id: string) =>
  [PORTAL_LINK, PROOF_LINK, SEAT_LINK].reduce((text, link) => text.replaceAll(link, `${OUTBOX}/${id}/open`), words);
