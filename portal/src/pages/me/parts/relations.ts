import type { Permission } from '#domain/companies/relations.ts';
import { formatTime } from '../../../api/clock.ts';
import { useCommon } from '../../../i18n/index.ts';
import type { Fact } from './items.tsx';
import { useParts } from './texts.ts';

/** Permissions in words; unknown ones are left out. */
export function usePermissionNames(): (permissions: readonly string[]) => string {
  const t = useParts();
  const common = useCommon();
  const names: Readonly<Record<Permission, string>> = {
    filing: t('permission.filing'),
    declaration: t('permission.declaration'),
    enquiry: t('permission.enquiry'),
    invoice: t('permission.invoice'),
  };
  return (permissions) =>
    permissions
      .map((one) => names[one as Permission])
      .filter(Boolean)
      .join(common('scan.and'));
}

/** The facts of an authorization that both sides see. */
export function useRelationFacts() {
  const t = useParts();
  const permissionNames = usePermissionNames();
  return (relation: {
    readonly permissions: readonly Permission[];
    readonly validUntil?: string | undefined;
    readonly updatedAt: string;
  }): Fact[] => [
    [t('fact.permissions'), permissionNames(relation.permissions)],
    [t('fact.validUntil'), relation.validUntil ?? t('fact.unlimited')],
    [t('fact.updatedAt'), formatTime(relation.updatedAt)],
  ];
}
