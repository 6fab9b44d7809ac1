/** The demo shop: seeded at the first start on a database, remembered in the home with its token. */
import { join } from 'node:path';
import { z } from 'zod';
import { seedDemoShop } from '../seed.ts';
import type { System } from '../system.ts';
import { readJson, writeJson } from './files.ts';

const Shop = z.object({
  organizationId: z.string(),
  slug: z.string(),
  token: z.string(),
  checkoutUrl: z.string(),
  portalUrl: z.string(),
});
export type Shop = z.infer<typeof Shop>;

/** Seeds unless the database knows the shop of the last start: it may be another database now, or an emptied one. */
export async function openShop(system: System): Promise<Shop> {
  const file = join(system.home, 'shop.json');
  const kept = readJson(file, Shop);
  if (kept !== undefined && (await isKnown(system, kept))) return movedTo(system.api, kept);
  const shop = Shop.parse(await seedDemoShop(system));
  writeJson(file, shop);
  return shop;
}

async function isKnown({ api }: System, { organizationId, token }: Shop): Promise<boolean> {
  const response = await fetch(`${api}/v1/organizations/${organizationId}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await response.arrayBuffer();
  return response.ok;
}

/** Its links, where PORT differs from last time. */
function movedTo(api: string, shop: Shop): Shop {
  const moved = (url: string) => {
    const { pathname, search, hash } = new URL(url);
    return `${api}${pathname}${search}${hash}`;
  };
  return { ...shop, checkoutUrl: moved(shop.checkoutUrl), portalUrl: moved(shop.portalUrl) };
}
