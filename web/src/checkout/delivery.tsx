/** The benefits of a purchase as they arrive: keys as soon as they are made, notes of the seller, and the rest by name. */
import { useQuery } from '@tanstack/react-query';
import type { Product } from '../api/catalog.ts';
import { portalOf } from '../api/portal.ts';
import { CopyButton } from '../parts/copy-button.tsx';

/** Polls for about half a minute; what takes longer is in the portal. */
const MOST_POLLS = 20;

export function Delivery({ product, token }: { product: Product; token: string | null }) {
  const wanted = new Set(product.benefits.map((benefit) => benefit.id));
  const { data } = useQuery({
    queryKey: ['delivery', product.id, token],
    enabled: token !== null,
    queryFn: async () => {
      const portal = portalOf(token ?? '');
      const [keys, grants] = await Promise.all([portal.licenseKeys(), portal.benefitGrants()]);
      return {
        keys: keys.items.filter((key) => key.status === 'granted' && wanted.has(key.benefit_id)),
        grants: grants.items.filter((grant) => grant.is_granted && wanted.has(grant.benefit_id)),
      };
    },
    refetchInterval: ({ state }) => {
      const arrived = new Set(state.data?.grants.map((grant) => grant.benefit_id));
      return arrived.size >= wanted.size || state.dataUpdateCount >= MOST_POLLS ? false : 1500;
    },
  });

  return (
    <section className="stack-tight" aria-labelledby="delivery" aria-live="polite">
      <h2 id="delivery">What you get</h2>
      <ul className="ticks">
        {product.benefits.map((benefit) => {
          const note = data?.grants.find((grant) => grant.benefit_id === benefit.id)?.benefit.properties.note;
          return (
            <li key={benefit.id}>
              {benefit.description}
              {note && <p className="soft small">{note}</p>}
            </li>
          );
        })}
      </ul>
      {data?.keys.map((key) => (
        <div key={key.id} className="key-line">
          <code data-testid="license-key">{key.key}</code>
          <CopyButton text={key.key} what="license key" />
        </div>
      ))}
    </section>
  );
}
