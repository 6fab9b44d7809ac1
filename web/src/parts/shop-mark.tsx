/** The seller's name and picture, or its first letter. */
import type { Organization } from '../api/catalog.ts';

export function ShopMark({ organization }: { organization: Organization }) {
  return (
    <span className="shop-mark">
      {organization.avatar_url === null ? (
        <span aria-hidden="true">{organization.name.slice(0, 1).toUpperCase()}</span>
      ) : (
        <img src={organization.avatar_url} alt="" />
      )}
      {organization.name}
    </span>
  );
}
