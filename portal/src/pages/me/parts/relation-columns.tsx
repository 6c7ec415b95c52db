import type { Permission, RelationList, ShownState } from '#domain/companies/relations.ts';
import type { Role } from '#domain/names.ts';
import { useCommon } from '../../../i18n/index.ts';
import type { Column } from './ItemTable.tsx';
import { usePermissionNames } from './relations.ts';
import { useParts } from './texts.ts';

/** The colour of a relation's state, by its list. */
export const relationTones = { active: 'good', pending: 'warn', history: 'plain' } as const;

/** What both sides of a relation see in their tables. */
interface ShownRelation {
  readonly role: Role;
  readonly permissions: readonly Permission[];
  readonly validUntil?: string | undefined;
  readonly state: ShownState;
}

/** The columns that the person's table and the company's table have in common. */
export function useRelationColumns(
  list: RelationList,
): Readonly<Record<'role' | 'permissions' | 'validUntil' | 'state', Column<ShownRelation>>> {
  const common = useCommon();
  const parts = useParts();
  const permissionNames = usePermissionNames();
  return {
    role: {
      title: parts('fact.role'),
      render: ({ role }) => common(`role.${role}`),
      text: ({ role }) => common(`role.${role}`),
      wrapsAtWords: true,
    },
    permissions: {
      title: parts('fact.permissions'),
      render: ({ permissions }) =>
        permissions.length === 4 ? (
          <span className="whole">{parts('allPermissions')}</span>
        ) : (
          permissionNames(permissions)
        ),
    },
    validUntil: {
      title: parts('fact.validUntil'),
      render: ({ validUntil }) => validUntil ?? parts('fact.unlimited'),
      text: ({ validUntil }) => validUntil ?? '9999',
      wrapsAtWords: true,
    },
    state: {
      title: parts('fact.state'),
      render: ({ state }) => <span className={`tag ${relationTones[list]}`}>{parts(`state.${state}`)}</span>,
      text: ({ state }) => parts(`state.${state}`),
    },
  };
}
