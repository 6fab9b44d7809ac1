/** Which pages may show a checkout in a frame. */
import { mayEmbed } from '../../api/checkouts/embed-hosts.ts';

it.each([
  [[], 'http://anywhere.example', true],
  [['example.com'], 'https://example.com', true],
  [['example.com'], 'http://example.com', false],
  [['example.com'], 'https://example.com:8443', false],
  [['example.com:8443'], 'https://example.com:8443', true],
  [['example.com'], 'https://www.example.com', false],
  [['example.com'], 'https://evilexample.com', false],
  [['*.example.com'], 'https://shop.example.com', true],
  [['*.example.com'], 'https://a.b.example.com', true],
  [['*.example.com'], 'https://example.com', false],
  [['*.example.com'], 'https://evilexample.com', false],
  [['localhost:3000'], 'http://localhost:3000', true],
  [['localhost:3000'], 'http://localhost:3001', false],
  [['shop.local'], 'http://shop.local', true],
  [['192.168.1.5:8080'], 'http://192.168.1.5:8080', true],
  [['203.0.113.5'], 'http://203.0.113.5', false],
  [['example.com', 'example.org'], 'https://example.org', true],
])('%j lets %s: %s', (hosts, origin, expected) => {
  expect(mayEmbed(hosts, origin)).toBe(expected);
});
