/** /shop/:slug. Everything a seller offers, each with a way to buy it. */
import { useQuery } from '@tanstack/react-query';
import type { Product } from '../api/catalog.ts';
import { ApiFailure } from '../api/client.ts';
import { getShop } from '../api/organizations.ts';
import { formatPrice, formatRhythm, formatTrial, staticPrice } from '../format/terms.ts';
import { formatUsage, usagePrices } from '../format/usage.ts';
import { Loading } from '../parts/loading.tsx';
import { PageTitle } from '../parts/page-title.tsx';
import { PlainPage } from '../parts/plain-page.tsx';
import { ShopMark } from '../parts/shop-mark.tsx';
import { TroublePage } from '../parts/trouble-page.tsx';
import { BuyForm } from './buy-form.tsx';

export default function ShopPage({ slug }: { slug: string }) {
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['shop', slug],
    queryFn: ({ signal }) => getShop(slug, signal),
  });
  if (data === undefined) {
    if (error === null) {
      return (
        <main className="page">
          <Loading what="the shop" />
        </main>
      );
    }
    if (error instanceof ApiFailure && error.error.kind === 'missing') {
      return (
        <PlainPage title="There is no such shop">
          <p>Check the address, or ask the seller for theirs.</p>
        </PlainPage>
      );
    }
    return <TroublePage failure={error} retrying={isFetching} onRetry={() => void refetch()} />;
  }
  const { organization, products, default_presentment_currency: currency } = data;
  return (
    <>
      <header className="top-bar">
        <div className="row apart">
          <ShopMark organization={organization} />
          <a href={`/portal/${organization.slug}`}>Your purchases</a>
        </div>
      </header>
      <main className="page">
        <PageTitle tab={organization.name}>{organization.name}</PageTitle>
        {products.length === 0 ? (
          <p className="panel soft">Nothing is for sale here yet.</p>
        ) : (
          <ul className="cards">
            {products.map((product) => (
              <ProductCard key={product.id} product={product} slug={organization.slug} currency={currency} />
            ))}
          </ul>
        )}
      </main>
    </>
  );
}

interface ProductCardProps {
  readonly product: Product;
  readonly slug: string;
  /** In which checkouts begin. */
  readonly currency: string | undefined;
}

function ProductCard({ product, slug, currency }: ProductCardProps) {
  const price = staticPrice(product.prices, currency);
  const usage = usagePrices(
    product.prices,
    price?.price_currency ?? currency ?? product.prices[0]?.price_currency ?? '',
  );
  const trial = formatTrial(product.trial_interval, product.trial_interval_count);
  return (
    <li className="card">
      <div className="stack-tight">
        <h2>{product.name}</h2>
        <p className="price-line">
          <span className="price">
            {price === undefined && usage.length > 0 ? 'Pay for what you use' : formatPrice(price)}
          </span>
          <span className="soft">{formatRhythm(product, price)}</span>
        </p>
        {usage.map((each) => (
          <p key={each.id} className="soft small">
            {formatUsage(each, formatRhythm(product))}
          </p>
        ))}
        {trial !== undefined && (
          <p>
            <span className="badge badge-good">{trial}</span>
          </p>
        )}
      </div>
      {product.description !== null && <p className="soft">{product.description}</p>}
      {product.benefits.length > 0 && (
        <ul className="ticks">
          {product.benefits.map((benefit) => (
            <li key={benefit.id}>{benefit.description}</li>
          ))}
        </ul>
      )}
      <BuyForm product={product} price={price} slug={slug} />
    </li>
  );
}
