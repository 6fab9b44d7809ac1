/** Every letter: its plain text as it is expected, its HTML whole and with nothing in it that is not the letter's. */
import { readdirSync, readFileSync } from 'node:fs';
import { CUSTOMER_EMAIL_KINDS } from '../../db/entities/email.ts';
import { addressToConfirm } from '../../emails/addresses.ts';
import { subscriptionUpdated } from '../../emails/changes.ts';
import { orderConfirmed } from '../../emails/orders.ts';
import { rendered } from '../../emails/render.ts';
import { textOf } from '../../emails/text.ts';
import { between, EXAMPLES, on, order, readerOf, terms } from './examples.ts';

const folder = new URL('./expected/', import.meta.url).pathname;
const kinds = Object.keys(EXAMPLES);
const exampleOf = (kind: string) => {
  const make = EXAMPLES[kind];
  if (make === undefined) throw new Error(`There is no example of ${kind}.`);
  return make(readerOf(kind));
};

it('there is a letter of every kind that an organization may turn off', () => {
  expect(kinds).toEqual(expect.arrayContaining([...CUSTOMER_EMAIL_KINDS]));
  expect(readdirSync(folder).sort()).toEqual(kinds.map((kind) => `${kind}.txt`).sort());
});

describe.each(kinds)('%s', (kind) => {
  const letter = exampleOf(kind);

  it('says what it should', () => {
    const { subject, text } = rendered(letter, readerOf(kind));
    expect(`Subject: ${subject}\n\n${text}\n`).toBe(readFileSync(`${folder}${kind}.txt`, 'utf8'));
  });

  it('says the same as HTML', () => {
    const words = wordsOf(rendered(letter, between).html);
    for (const part of [letter.heading, letter.preview, ...letter.paragraphs, ...letter.facts.flat(), letter.why]) {
      expect(words).toContain(part);
    }
  });

  it('loads nothing from elsewhere', () => {
    expect(rendered(letter, between).html).not.toMatch(/<(img|script|link|iframe)\b|url\(|@import/);
  });
});

describe('what comes from outside', () => {
  const script = '<script>alert("x")</script>';
  const hostile = {
    seller: { name: `Shop ${script}`, avatarUrl: 'https://shop.example/a.png?x="onerror=', email: 'a@shop.example' },
    reader: { name: `Ada ${script}`, locale: null },
  };
  const product = { ...order, description: `Fern ${script}\r\nBcc: all@example.com` };

  it('stays text', () => {
    const { html, text } = rendered(orderConfirmed(hostile, product), hostile);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
    expect(html).toContain('src="https://shop.example/a.png?x=&quot;onerror="');
    expect(text).toContain(`Hello Ada ${script},`);
  });

  it('makes no further header of the subject', () => {
    expect(rendered(orderConfirmed(hostile, product), hostile).subject).not.toMatch(/[\r\n]/);
  });

  it('becomes no link, whatever it is called', () => {
    const named = { ...between, reader: { name: '{{portal}} {{verify-email}} {{claim-seat}}' } };
    const { html, text } = rendered(orderConfirmed(named, { ...order, description: '{{portal}}' }), named);
    expect(text.split('{{portal}}')).toHaveLength(2);
    expect(html.split('{{portal}}')).toHaveLength(2);
    expect(text + html).not.toContain('{{verify-email}}');
    expect(text + html).not.toContain('{{claim-seat}}');
  });

  it('greets nobody by name at an address that may be anybody’s', () => {
    const { text } = rendered(addressToConfirm(between.seller), { ...between, reader: {} });
    expect(text).toMatch(/^Hello,\n/);
  });
});

describe('money and dates', () => {
  it.each([
    [null, 'usd', 1933, '$19.33'],
    ['de-DE', 'eur', 1_933_00, '1.933,00\u00a0€'],
    ['de', 'usd', 1933, '19,33\u00a0$'],
    ['ja', 'jpy', 1933, '￥1,933'],
    [null, 'kwd', 1933, 'KWD\u00a01.933'],
    ['xx-nonsense-locale!', 'usd', 1933, '$19.33'],
  ])('for %s in %s', (locale, currency, totalAmount, written) => {
    const to = { ...between, reader: { name: null, locale } };
    expect(orderConfirmed(to, { ...order, currency, totalAmount }).facts).toContainEqual(['Total', written]);
  });

  it('are those of the reader', () => {
    const german = { ...between, reader: { name: null, locale: 'de-DE' } };
    const make = EXAMPLES['subscription_cancellation'];
    expect(make?.(german).subject).toBe('Your subscription to Fern Pro ends on 1. Mai 2027');
  });
});

describe('a change', () => {
  const changed = { before: terms, after: terms, from: null, isDropped: false, charged: null };

  it('that nobody would see is not told', () => {
    expect(subscriptionUpdated(between, changed)).toBeNull();
  });

  it.each([
    ['a further seat', { seats: 5 }, { seats: 6 }, [['Seats', '5 seats → 6 seats']]],
    ['a discount', {}, { discountName: 'Spring' }, [['Discount', 'none → Spring']]],
    ['a moved renewal', {}, { currentPeriodEnd: on('2027-05-20') }, [['Next payment', 'May 1, 2027 → May 20, 2027']]],
    [
      'a moved trial',
      { trialEnd: on('2027-04-15'), currentPeriodEnd: on('2027-04-15') },
      { trialEnd: on('2027-04-20'), currentPeriodEnd: on('2027-04-20') },
      [
        ['Trial ends', 'April 15, 2027 → April 20, 2027'],
        ['Next payment', 'April 20, 2027'],
      ],
    ],
  ])('is told as %s', (_, before, after, facts) => {
    const letter = subscriptionUpdated(between, {
      ...changed,
      before: { ...terms, ...before },
      after: { ...terms, ...after },
    });
    expect(letter?.facts.filter(([label]) => label !== 'Next payment' || facts.some(([of]) => of === label))).toEqual(
      facts,
    );
  });
});

it('plain text has its parts in the order of the page', () => {
  const text = textOf(exampleOf('subscription_cycled'), between);
  const places = ['Hello', 'Thank you', 'Total', '{{portal}}', 'The invoice is', '-- \nFernwood'].map((part) =>
    text.indexOf(part),
  );
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places[0]).toBe(0);
});

/** What is read of a page. */
const wordsOf = (html: string): string =>
  html
    .replaceAll(/<style>.*?<\/style>|<[^>]+>/gs, ' ')
    .replaceAll('&#x27;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
