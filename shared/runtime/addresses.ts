import ipaddr from 'ipaddr.js';

type Parsed = ReturnType<typeof ipaddr.parse>;

/**
 * An address as a value, however it was written. An IPv4 address mapped into IPv6 becomes the IPv4 address; a zone
 * (`%eth0`) concerns only the sender's machine and is dropped. Undefined if the text is no address.
 */
function parsed(text: string): Parsed | undefined {
  // Only the forms that networks write: the library would also read `127.1` and `0x7f000001` as addresses.
  const [plain = ''] = text.trim().split('%', 1);
  if (ipaddr.IPv4.isValidFourPartDecimal(plain)) return ipaddr.IPv4.parse(plain);
  if (!plain.includes(':') || !ipaddr.IPv6.isValid(plain)) return undefined;
  return ipaddr.process(plain);
}

/** The network of an address: its first bits, the others zero, in the canonical form of RFC 5952. */
function network(address: Parsed, bits: number): string {
  const bytes = address
    .toByteArray()
    .map((byte, index) => byte & (0xff << Math.max(0, 8 - Math.max(0, bits - 8 * index))) & 0xff);
  return ipaddr.fromByteArray(bytes).toString();
}
const isV4 = (address: Parsed): boolean => address.kind() === 'ipv4';

/** AUD-1: the network part of an address, /24 for IPv4 and /48 for IPv6; empty if the text is no address. */
export function truncatedAddress(text: string): string {
  const address = parsed(text);
  return address ? network(address, isV4(address) ? 24 : 48) : '';
}

/** A group of addresses whose requests are counted together, and how many budgets it has (LGN-12). */
export interface AddressBudget {
  readonly network: string;
  readonly budgets: number;
}

/**
 * LGN-12: the budgets that a request takes from, the narrowest first. One customer of a provider has at least a whole
 * IPv6 /64, so a /64 counts as one address; wider networks have more budgets, but not without limit. All texts that are
 * no address share one budget.
 */
export function addressBudgets(
  text: string,
  { budgetsOfV6Slash56, budgetsOfV6Slash48 }: { budgetsOfV6Slash56: number; budgetsOfV6Slash48: number },
): readonly [AddressBudget, ...AddressBudget[]] {
  const address = parsed(text);
  if (!address) return [{ network: 'unknown', budgets: 1 }];
  if (isV4(address)) return [{ network: address.toString(), budgets: 1 }];
  return [
    { network: `${network(address, 64)}/64`, budgets: 1 },
    { network: `${network(address, 56)}/56`, budgets: budgetsOfV6Slash56 },
    { network: `${network(address, 48)}/48`, budgets: budgetsOfV6Slash48 },
  ];
}

/**
 * The address in CloudFront's header about its viewer: `address:port`, an IPv6 address with or without brackets.
 * Undefined for any other text.
 */
export function addressBeforePort(text: string): string | undefined {
  const [, bracketed, bare] = /^(?:\[([^\]]*)\]|(.*)):\d{1,5}$/.exec(text.trim()) ?? [];
  return parsed(bracketed ?? bare ?? '')?.toString();
}
