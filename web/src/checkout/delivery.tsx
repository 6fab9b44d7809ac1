/** The benefits of a purchase as they arrive: keys as soon as they are made, notes of the seller, and the rest by name. */
import { useQuery } from '@tanstack/react-query';
import type { Product } from '../api/catalog.ts';
import { portalOf } from '../api/portal.ts';
import { CopyButton } from '../parts/copy-button.tsx';

/** Polls for about half a minute; what takes longer is in the portal. */
const MOST_POLLS = 20;

interface DeliveryProps {
  readonly checkoutId: string;
  readonly product: Product;
  /** Of a customer session; without one only the names of the benefits are shown. */
  readonly token: string | null;
}

export function Delivery({ checkoutId, product, token }: DeliveryProps) {
  const { data } = useQuery({
    queryKey: ['delivery', checkoutId, token],
    enabled: token !== null,
    queryFn: async () => {
      const portal = portalOf(token ?? '');
      // Grants first: the key of a grant that is there is there too.
      const grants = (await portal.benefitGrantsOf(checkoutId)).items.filter((grant) => grant.is_granted);
      const ids = new Set(grants.map((grant) => grant.properties.license_key_id));
      return { grants, keys: (await portal.licenseKeys()).items.filter((key) => ids.has(key.id)) };
    },
    refetchInterval: ({ state }) => {
      const arrived = state.data?.grants.length ?? 0;
      return arrived >= product.benefits.length || state.dataUpdateCount >= MOST_POLLS ? false : 1500;
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
